/** From the environment to a client: the gateway that is named there, else the one that runs on this machine. */
import { readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { type Client, createClient } from "@cc-docker/client";
import { CcError } from "@cc-docker/protocol";
import type { Environment } from "../io.ts";
import { localFiles } from "./data-dir.ts";

/** Made anew for every request, so it may be short. */
const TOKEN_SECONDS = 3600;

/** @throws CcError SERVER_UNREACHABLE when no gateway is named and none runs here, TOKEN_MISSING, CONFIG_INVALID */
export async function connect(env: Environment): Promise<Client> {
  const url = env["CC_DOCKER_URL"]?.trim();
  const token = env["CC_DOCKER_TOKEN"]?.trim();
  if (url && token) return createClient({ url, token });
  if (url) throw new CcError("TOKEN_MISSING", "CC_DOCKER_URL is set and CC_DOCKER_TOKEN is not.");
  return createClient({ url: await findLocalServer(env), token: token || (() => mintOwn(env)) });
}

async function mintOwn(env: Environment): Promise<string> {
  const { mintToken } = await import("./mint-token.ts");
  return mintToken(env, { owner: ownName(), ttlSeconds: TOKEN_SECONDS });
}

/** Accounts without a name exist, in containers for one. */
function ownName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 0}`;
  }
}

async function findLocalServer(env: Environment): Promise<string> {
  const { announcement } = localFiles(env);
  const text = await readFile(announcement, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") throw notRunning(`there is no ${announcement}`);
    throw notRunning(error.message);
  });
  const { url, pid } = parseAnnouncement(text);
  if (url === undefined || pid === undefined) throw notRunning(`${announcement} cannot be read`);
  if (!isAlive(pid)) throw notRunning(`process ${pid}, which wrote ${announcement}, is gone`);
  return url;
}

function parseAnnouncement(text: string): { url?: string; pid?: number } {
  try {
    const { url, pid } = JSON.parse(text) as { url?: unknown; pid?: unknown };
    return typeof url === "string" && Number.isSafeInteger(pid) && Number(pid) > 0 ? { url, pid: Number(pid) } : {};
  } catch {
    return {};
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // somebody else's, but there
  }
}

function notRunning(reason: string): CcError {
  return new CcError("SERVER_UNREACHABLE", `No gateway runs on this machine: ${reason}.`);
}
