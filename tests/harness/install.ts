/**
 * What a gateway stands on in a test: a throwaway data directory, a scripted model behind a canary credential, and the
 * settings that tie them together. Ends with the proof that nothing of it is left on the engine.
 */
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signToken } from "@cc-docker/cli/sign-token";
import { dataPaths } from "@cc-docker/server";
import { type ScriptedModel, startScriptedModel } from "@cc-docker/server/scripted-model";
import { findContainers, findVolumes, removeInstall, SESSION_IMAGE } from "./engine.ts";

export type Settings = Record<string, string>;

export type Install = AsyncDisposable & {
  dataDir: string;
  /** The credential the gateway holds. It must show up nowhere but at the model. */
  canary: string;
  model: ScriptedModel;
  /** All settings of the gateway. */
  env: Settings;
  token(sub: string, ttlSeconds?: number): Promise<string>;
  /** The secret that signs the tokens. The gateway's first start makes it. */
  readSecret(): Promise<string>;
  /** What is on the engine and in the data directory for the sessions of this install. */
  leftovers(): Promise<string[]>;
};

/** One owner does everything in most tests, and looks often. */
const NO_LIMITS = { MAX_SESSIONS_PER_USER: "0", MAX_CONTAINERS: "0", MAX_REQUESTS_PER_SECOND: "0" };
const TOKEN_SECONDS = 3600;

/** `parent`: where the data directory is made. */
export async function openInstall(overrides: Settings = {}, parent = tmpdir()): Promise<Install> {
  const dataDir = await mkdtemp(join(parent, "ccd-")); // short: a unix socket's path may have 107 bytes
  const canary = `sk-ant-canary-${randomBytes(16).toString("hex")}`;
  const model = await startScriptedModel();
  const env: Settings = {
    DATA_DIR: dataDir,
    HOST: "127.0.0.1",
    PORT: "0",
    SESSION_IMAGE,
    ANTHROPIC_API_KEY: canary,
    ANTHROPIC_BASE_URL: model.url,
    MODEL_MAX_RETRIES: "1",
    ...NO_LIMITS,
    ...overrides,
  };
  const paths = dataPaths(dataDir);
  const read = async (path: string) => (await readFile(path, "utf8")).trim();
  const readSecret = () => read(paths.jwtSecret);

  async function leftovers(): Promise<string[]> {
    if (!existsSync(paths.install)) return [];
    const installId = await read(paths.install);
    const containers = (await findContainers(installId)).map(({ Names }) => `container ${Names[0]}`);
    const volumes = (await findVolumes(installId)).map(({ Name }) => `volume ${Name}`);
    const sockets = existsSync(paths.sockets) ? readdirSync(paths.sockets).map((name) => `socket of ${name}`) : [];
    return [...containers, ...volumes, ...sockets];
  }

  async function dispose(): Promise<void> {
    await model.close();
    const left = await leftovers();
    if (left.length > 0) await removeInstall(await read(paths.install));
    await rm(dataDir, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`Left behind: ${left.join(", ")}`);
  }

  let disposal: Promise<void> | undefined;
  return {
    dataDir,
    canary,
    model,
    env,
    readSecret,
    leftovers,
    token: async (sub, ttlSeconds = TOKEN_SECONDS) => signToken({ secret: await readSecret(), sub, ttlSeconds }),
    [Symbol.asyncDispose]: () => (disposal ??= dispose()),
  };
}
