import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const double = resolve(import.meta.dirname, "../../runtime/store/mongo/mongotest/double");

export interface Mongo {
  readonly uri: string;
  stop(): Promise<void>;
}

/** The MongoDB that TONGBAN_TEST_MONGO names, else the wire-level double. */
export async function startMongo(): Promise<Mongo> {
  const given = process.env.TONGBAN_TEST_MONGO;
  if (given) {
    const uri = new URL(given);
    uri.pathname = `/tbe2e${process.pid}`;
    return { uri: uri.href, stop: async () => undefined };
  }
  if (!existsSync(join(double, "node_modules/.package-lock.json"))) {
    await promisify(execFile)("npm", ["ci", "--no-audit", "--no-fund"], { cwd: double });
  }
  // It ends when its input does.
  const child = spawn(process.execPath, [join(double, "main.js")], { stdio: ["pipe", "pipe", "inherit"] });
  const address = await new Promise<string>((done, fail) => {
    createInterface(child.stdout).once("line", done);
    child.once("exit", () => fail(new Error("the double ended before it said its address")));
  });
  return {
    uri: `mongodb://${address.trim()}/tongban`,
    stop: async () => {
      const gone = new Promise((done) => child.once("exit", done));
      child.stdin.end();
      await gone;
    },
  };
}
