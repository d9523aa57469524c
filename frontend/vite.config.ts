import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.TONGBAN_DEV_SERVER ?? "http://127.0.0.1:8080";

/** Icons but those of the entry, which would have to wait for the others. */
const sharedIcons = /lucide-react\/.*\/icons\/(?!(loader-circle|x|circle-check|circle-exclamation-point)\.)/;

/** What the shell and the pages in it all need at once. */
const smallParts =
  /src\/(ui\/(popover|menu|input|field|drawer|use-trigger|avatar|skeleton|icon-tile|page|dialog|tooltip|preload)|api\/(counts|people)|lib\/(use-stored|calendar|recent))\.tsx?$/;

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@schema": `${import.meta.dirname}/../schema`, "@": `${import.meta.dirname}/src` } },
  server: {
    port: 5173,
    // The formula language is described once, beside its Go side.
    fs: { allow: [import.meta.dirname, `${import.meta.dirname}/../schema`] },
    // The host stays as the browser sent it, so that the server's Origin check holds.
    proxy: { "/api": { target: server, ws: true, changeOrigin: false } },
  },
  build: {
    manifest: true,
    target: "es2022",
    assetsInlineLimit: 2048,
    chunkSizeWarningLimit: 600,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Icons that several pages use come as one file, not as dozens of 200 bytes.
          includeDependenciesRecursively: false,
          groups: [
            { name: "icons", test: sharedIcons, minShareCount: 4 },
            // So do the small parts of which nearly every page is made.
            { name: "parts", test: smallParts },
          ],
        },
      },
    },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/lib/test-setup.ts"],
    css: { modules: { classNameStrategy: "non-scoped" } },
  },
});
