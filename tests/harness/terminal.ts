/** `ccd` in a terminal of its own: what a person types, byte by byte, and what the screen was sent. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Settings } from "./install.ts";
import { CCD } from "./run-ccd.ts";
import { waitUntil, within } from "./wait-until.ts";

export type TerminalCcd = AsyncDisposable & {
  type(text: string): void;
  /** Waits until the text was written to the screen since the last such wait. */
  see(text: string): Promise<void>;
  /** All that was written to the screen. */
  screen(): string;
  ended(): Promise<number | null>;
};

const DEADLINE_MS = 60_000;

/** The terminal is that of `script`, which every Linux has. `env` is all that ccd gets, besides PATH. */
export function startInTerminal(args: readonly string[], env: Settings): TerminalCcd {
  const line = [process.execPath, CCD, ...args].map((word) => `'${word}'`).join(" ");
  const child = spawn("script", ["-qfec", line, "/dev/null"], { env: { PATH: process.env["PATH"] ?? "", ...env } });
  const closed = once(child, "close") as Promise<[number | null]>;
  let [screen, seen] = ["", 0];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    screen += text;
  });

  async function see(text: string): Promise<void> {
    const what = `${JSON.stringify(text)} on the screen`;
    await waitUntil(() => screen.indexOf(text, seen) >= 0, { what, deadlineMs: DEADLINE_MS }).catch(
      (error: unknown) => {
        throw new Error(`${String(error)}; there is ${JSON.stringify(screen.slice(seen))}`, { cause: error });
      },
    );
    seen = screen.indexOf(text, seen) + text.length;
  }

  async function ended(): Promise<number | null> {
    return (await within(closed, { what: "ccd to end", deadlineMs: DEADLINE_MS }))[0];
  }

  async function dispose(): Promise<void> {
    if (child.exitCode === null) child.kill("SIGKILL");
    await closed;
  }

  return {
    type: (text) => void child.stdin.write(text),
    see,
    screen: () => screen,
    ended,
    [Symbol.asyncDispose]: dispose,
  };
}
