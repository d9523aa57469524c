import { fileURLToPath } from "node:url";
import type { CDPSession, Page } from "@playwright/test";
import react from "@vitejs/plugin-react";
import { createServer, type ViteDevServer } from "vite";
import type { BlockRows } from "@/grid/block-rows";
import type { EditBatch } from "@/grid/edit-types";
import type { GridApi } from "@/grid/types";

declare global {
  interface Window {
    demo: { api: GridApi; rows: BlockRows; batches: EditBatch[]; log: [string, ...unknown[]][] };
  }
}

/** Serves the demo page of the grid. */
export async function serveDemo(): Promise<ViteDevServer> {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const server = await createServer({
    root,
    configFile: false,
    cacheDir: `${root}/node_modules/.vite-grid`,
    plugins: [react()],
    resolve: { alias: { "@": `${root}/src` } },
    server: { host: "127.0.0.1", port: 0, hmr: false },
    optimizeDeps: { include: ["react", "react-dom/client", "react/jsx-dev-runtime"], noDiscovery: true },
    logLevel: "warn",
  });
  await server.listen();
  return server;
}

/** The grid in words of the product. */
export class GridDriver {
  readonly page: Page;
  private readonly base: string;
  private cdp: CDPSession | undefined;

  constructor(page: Page, server: ViteDevServer) {
    this.page = page;
    this.base = server.resolvedUrls?.local[0] ?? "";
  }

  async open(query = "?bare"): Promise<void> {
    await this.page.goto(`${this.base}e2e/grid-demo/index.html${query}`);
    await this.page.waitForFunction(() => Boolean(window.demo?.api && window.demo.rows.row(0)));
    await this.page.evaluate(() => document.fonts.ready);
  }

  /** Makes a cell the active one; the grid has the focus. */
  async select(row: number, key: string): Promise<void> {
    await this.page.evaluate(
      ([r, k]) => {
        window.demo.api.focus();
        window.demo.api.select(r, k);
      },
      [row, key] as const,
    );
  }

  value(row: number, key: string): Promise<unknown> {
    return this.page.evaluate(([r, k]) => window.demo.rows.row(r)?.fields[k], [row, key] as const);
  }

  active(): Promise<{ row: number; key: string } | undefined> {
    return this.page.evaluate(() => {
      const at = window.demo.api.selection()?.active;
      return at && { row: at.row, key: at.key };
    });
  }

  batches(): Promise<EditBatch[]> {
    return this.page.evaluate(() => window.demo.batches);
  }

  /** What the grid told the page, by event name. */
  async heard(name: string): Promise<unknown[][]> {
    const log = await this.page.evaluate(() => JSON.parse(JSON.stringify(window.demo.log)));
    return (log as [string, ...unknown[]][]).filter(([n]) => n === name).map(([, ...values]) => values);
  }

  /** Text of the editor, or undefined while it is closed. */
  editor(): Promise<string | undefined> {
    return this.page.evaluate(() => {
      const input = document.querySelector("textarea");
      return input !== null && getComputedStyle(input).opacity === "1" ? input.value : undefined;
    });
  }

  /** Middle of a cell in client coordinates. */
  async point(row: number, key: string): Promise<{ x: number; y: number }> {
    const rect = await this.page.evaluate(([r, k]) => window.demo.api.cellRect(r, k), [row, key] as const);
    if (rect === undefined) {
      throw new Error(`no cell ${row} ${key}`);
    }
    return { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };
  }

  async compose(text: string): Promise<void> {
    const at = text.length;
    await (await this.session()).send("Input.imeSetComposition", {
      text,
      selectionStart: at,
      selectionEnd: at,
    });
  }

  /** Ends a composition with a text, as an input method does. */
  async insert(text: string): Promise<void> {
    await (await this.session()).send("Input.insertText", { text });
  }

  /** Enter as browsers report it while an input method uses it. */
  async composedEnter(): Promise<void> {
    const key = { windowsVirtualKeyCode: 229, key: "Enter", code: "Enter" };
    const session = await this.session();
    await session.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...key });
    await session.send("Input.dispatchKeyEvent", { type: "keyUp", ...key });
  }

  async setClipboard(text: string, html?: string): Promise<void> {
    await this.page.evaluate(
      async ([plain, rich]) => {
        const parts: Record<string, Blob> = { "text/plain": new Blob([plain], { type: "text/plain" }) };
        if (rich !== undefined) {
          parts["text/html"] = new Blob([rich], { type: "text/html" });
        }
        await navigator.clipboard.write([new ClipboardItem(parts)]);
      },
      [text, html] as const,
    );
  }

  clipboard(): Promise<string> {
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  async session(): Promise<CDPSession> {
    this.cdp ??= await this.page.context().newCDPSession(this.page);
    return this.cdp;
  }
}
