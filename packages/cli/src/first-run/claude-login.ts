/** The login of Claude Code on this machine, as `claude` keeps it on Linux. On macOS it is in the keychain, which is not asked. */

import { open } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { isRecord } from "@cc-docker/protocol";
import type { Environment } from "../io.ts";

export type ClaudeLogin = { accessToken: string; expiresAt: Date };

/** `reason`: why there is none to use, in words that end a sentence. */
export type FoundLogin = { path: string } & (ClaudeLogin | { reason: string });

/** A file that is larger is none of `claude`. */
const MAX_BYTES = 100_000;
/** What ends sooner is not worth to begin with. */
const SHORTEST_MS = 60_000;
/** As it may stand in a header and in an environment. */
const TOKEN = /^[\x21-\x7e]{1,4096}$/;

/** Looks for the login, which it leaves as it is. `nowMs`: the wall's time. */
export async function findClaudeLogin(env: Environment, nowMs: number): Promise<FoundLogin> {
  const path = join(env["CLAUDE_CONFIG_DIR"]?.trim() || join(homedir(), ".claude"), ".credentials.json");
  try {
    const text = await readStart(path);
    return { path, ...readLogin(text, nowMs) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { path, reason: code === "ENOENT" ? "is not there" : `cannot be read: ${message}` };
  }
}

async function readStart(path: string): Promise<string> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES), 0, undefined, 0);
  return buffer.toString("utf8", 0, bytesRead);
}

function readLogin(text: string, nowMs: number): ClaudeLogin | { reason: string } {
  const { claudeAiOauth: login } = parse(text);
  if (!isRecord(login)) return { reason: "holds no login" };
  const { accessToken, expiresAt } = login;
  const isTime = typeof expiresAt === "number" && Math.abs(expiresAt) <= 8.64e15; // the last day that a Date can be
  if (typeof accessToken !== "string" || !TOKEN.test(accessToken) || !isTime) return { reason: "holds no login" };
  if (expiresAt - nowMs < SHORTEST_MS) return { reason: "has expired; `claude` renews it when it is used" };
  return { accessToken, expiresAt: new Date(expiresAt) };
}

function parse(text: string): Record<string, unknown> {
  try {
    const data: unknown = JSON.parse(text);
    return isRecord(data) ? data : {};
  } catch {
    return {};
  }
}
