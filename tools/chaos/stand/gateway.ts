import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signToken } from "@cc-docker/cli/sign-token";
import { type Client, createClient } from "@cc-docker/client";
import { dataPaths } from "@cc-docker/server";
import type Docker from "dockerode";
import { findFreePort } from "../../../tests/harness/find-free-port.ts";
import { orAbort } from "../../bench/or-abort.ts";
import { type GatewayProcess, spawnGateway } from "../../bench/stand/spawn-gateway.ts";
import { sweep } from "../../bench/stand/sweep.ts";

/** A gateway that is killed and comes back at the same address, on the same data. */
export type Gateway = AsyncDisposable & {
  client: Client;
  /** Where it listens, also the next one; and the token of its clients. */
  url: string;
  token: string;
  dataDir: string;
  /** As `kill -9`. */
  kill: () => Promise<void>;
  /** Resolves when it listens. */
  start: () => Promise<void>;
};

export type OpenGateway = {
  engineHost: string | undefined;
  image: string;
  modelUrl: string;
  /** The engine from which to remove what the sessions leave. */
  sweeps: Docker | undefined;
  onLine: (line: string) => void;
  /** It ended, and nobody had killed it. */
  onDied: (lastLine: string) => void;
  signal: AbortSignal;
};

const TOKEN_SECONDS = 4 * 3600;

export async function openGateway(options: OpenGateway): Promise<Gateway> {
  const { sweeps, onLine, onDied, signal } = options;
  await using opening = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), "ccd-chaos-")); // short: a unix socket's path may have 107 bytes
  opening.defer(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));
  if (sweeps) opening.defer(() => sweepInstall(sweeps, dataDir));
  const [port, secret] = [await findFreePort(), randomUUID()];
  const settings = gatewaySettings(options, { DATA_DIR: dataDir, PORT: String(port), JWT_SECRET: secret });
  let current: GatewayProcess | undefined;
  opening.defer(kill);

  async function start(): Promise<void> {
    const started = spawnGateway(settings, onLine);
    current = started;
    started.ended.then(
      (lastLine) => current === started && onDied(lastLine),
      () => undefined, // it could not be started, which `listening` reports
    );
    await orAbort(started.listening, signal);
  }

  async function kill(): Promise<void> {
    const killed = current;
    current = undefined;
    killed?.kill();
    await killed?.ended;
  }

  await start();
  const token = signToken({ secret, sub: "chaos", ttlSeconds: TOKEN_SECONDS });
  const url = `http://127.0.0.1:${port}`;
  const stack = opening.move();
  return {
    client: createClient({ url, token }),
    url,
    token,
    dataDir,
    kill,
    start,
    [Symbol.asyncDispose]: async () => stack.disposeAsync(),
  };
}

function gatewaySettings({ engineHost, image, modelUrl }: OpenGateway, own: Record<string, string>) {
  const model = { MODEL: "anthropic", ANTHROPIC_API_KEY: "dummy", ANTHROPIC_BASE_URL: modelUrl };
  const noLimits = { MAX_SESSIONS_PER_USER: "0", MAX_REQUESTS_PER_SECOND: "0" };
  return {
    ...model,
    ...noLimits,
    ...own,
    SESSION_IMAGE: image,
    ...(engineHost !== undefined && { DOCKER_HOST: engineHost }),
  };
}

async function sweepInstall(docker: Docker, dataDir: string): Promise<void> {
  const installId = await readFile(dataPaths(dataDir).install, "utf8").catch(() => undefined);
  if (installId) await sweep(docker, `cc-docker.install=${installId.trim()}`);
}
