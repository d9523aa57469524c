import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.TONGBAN_DEV_SERVER ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": `${import.meta.dirname}/src` } },
  server: {
    port: 5173,
    // The host stays as the browser sent it, so that the server's Origin check holds.
    proxy: { "/api": { target: server, ws: true, changeOrigin: false } },
  },
  build: {
    manifest: true,
    target: "es2022",
    assetsInlineLimit: 2048,
    chunkSizeWarningLimit: 600,
    modulePreload: { polyfill: false },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/lib/test-setup.ts"],
    css: { modules: { classNameStrategy: "non-scoped" } },
  },
});
