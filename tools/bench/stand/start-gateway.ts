import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signToken } from "@cc-docker/cli/sign-token";
import { type Client, createClient } from "@cc-docker/client";
import type Docker from "dockerode";
import { orAbort } from "../or-abort.ts";
import { type GatewayProcess, spawnGateway } from "./spawn-gateway.ts";
import { sweep } from "./sweep.ts";

export type Gateway = AsyncDisposable &
  Pick<GatewayProcess, "pid" | "ended"> & { client: Client; url: string; token: string };
export type StartGateway = {
  docker: Docker;
  image: string;
  /** Nobody is to call one when absent. */
  modelUrl?: string;
  /** One of its own when absent. */
  dataDir?: string;
  /** What is otherwise than usual. */
  settings?: Record<string, string>;
  /** Whom its client and token are of; `OWNER` when absent. */
  owner?: string;
  signal: AbortSignal;
};
const NO_MODEL = "http://127.0.0.1:9";
/** The owner of whatever is asked for by the gateway's `client`, where none is named. */
export const OWNER = "bench";

/** A gateway of the bench's own, on a throwaway data directory. Ending it removes whatever its install has made. */
export async function startGateway(options: StartGateway): Promise<Gateway> {
  const { docker, image, modelUrl = NO_MODEL, settings, owner = OWNER, signal } = options;
  await using opening = new AsyncDisposableStack();
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "cc-docker-bench-")));
  opening.defer(() => rm(dataDir, { recursive: true, force: true }));
  opening.defer(() => sweepInstall(docker, dataDir));
  const secret = randomUUID();
  const usual = gatewaySettings({ dataDir, image, modelUrl, secret });
  const gateway = opening.use(spawnGateway({ ...usual, ...settings }));
  const url = await orAbort(gateway.listening, signal);
  const token = signToken({ secret, sub: owner, ttlSeconds: 7200 });
  const client = createClient({ url, token });
  const stack = opening.move();
  const { pid, ended } = gateway;
  return { client, pid, ended, url, token, [Symbol.asyncDispose]: async () => stack.disposeAsync() };
}

type Settings = { dataDir: string; image: string; modelUrl: string; secret: string };

/** `MODEL=anthropic`, so that model calls leave the gateway as they do in production. */
function gatewaySettings({ dataDir, image, modelUrl, secret }: Settings): Record<string, string> {
  const model = { MODEL: "anthropic", ANTHROPIC_API_KEY: "scripted", ANTHROPIC_BASE_URL: modelUrl };
  const noLimits = {
    MAX_SESSIONS_PER_USER: "0",
    MAX_CONTAINERS: "0",
    MAX_REQUESTS_PER_SECOND: "0",
    MAX_SUBSCRIPTIONS_PER_USER: "0",
    MAX_SOCKETS_PER_USER: "0",
  };
  return { ...model, ...noLimits, DATA_DIR: dataDir, PORT: "0", SESSION_IMAGE: image, JWT_SECRET: secret };
}

async function sweepInstall(docker: Docker, dataDir: string): Promise<void> {
  const installId = await readFile(join(dataDir, "install-id"), "utf8").catch(() => undefined);
  if (installId) await sweep(docker, `cc-docker.install=${installId.trim()}`);
}
