/** A whole gateway inside the test's process, with an install of its own. */
import { inspect } from "node:util";
import { type Client, createClient } from "@cc-docker/client";
import { createRedactor, loadConfig, type Server, secretsOf, startServer } from "@cc-docker/server";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { type Install, openInstall, type Settings } from "./install.ts";
import { deleteSession } from "./run-turn.ts";

export type Stack = Omit<Install, typeof Symbol.asyncDispose> &
  AsyncDisposable & {
    /** Where the gateway listens. */
    url: string;
    /** A client of the gateway, for the owner of this name. */
    client(sub?: string): Client;
    /** Everything the gateway logged. */
    log(): string;
    stop(): Promise<void>;
    /** Starts the gateway again after `stop`, on the same data. */
    start(): Promise<void>;
  };

const OWNER = "alice";

/** `parent`: where the data directory is made. */
export async function startStack({ env = {}, parent }: { env?: Settings; parent?: string } = {}): Promise<Stack> {
  const install = await openInstall(env, parent);
  const config = loadConfig(install.env);
  const lines: string[] = [];
  const owners = new Set<string>();
  let server: Server | undefined;

  async function start(): Promise<void> {
    server ??= await startServer({ config, log: createLog(lines), redactor: createRedactor(secretsOf(config)) });
  }

  async function stop(): Promise<void> {
    await server?.stop();
    server = undefined;
  }

  function requireUrl(): string {
    if (!server) throw new Error("the gateway is stopped");
    return server.url;
  }

  function client(sub = OWNER): Client {
    owners.add(sub);
    return createClient({ url: requireUrl(), token: () => install.token(sub) });
  }

  async function dispose(): Promise<void> {
    try {
      await start();
      for (const owner of owners) await deleteAllSessions(client(owner));
    } finally {
      await stop();
      await install[Symbol.asyncDispose]();
    }
  }

  let disposal: Promise<void> | undefined;
  const undo = () => (disposal ??= dispose());
  runAtEnd(undo);
  try {
    await start();
  } catch (error) {
    await install[Symbol.asyncDispose]();
    disposal = Promise.resolve();
    throw error;
  }
  return {
    ...install,
    get url() {
      return requireUrl();
    },
    client,
    log: () => lines.join("\n"),
    stop,
    start,
    [Symbol.asyncDispose]: undo,
  };
}

/** One stack for all tests of a file, for those that do not harm each other. */
export function shareStack(options: { env?: Settings } = {}): () => Stack {
  let stack: Stack | undefined;
  beforeAll(async () => {
    stack = await startStack(options);
  });
  afterAll(() => stack?.[Symbol.asyncDispose]());
  return () => {
    if (!stack) throw new Error("the stack is started before the first test and not sooner");
    return stack;
  };
}

async function deleteAllSessions(client: Client): Promise<void> {
  for (;;) {
    const { sessions } = await client.sessions.list.query({ limit: 200 });
    if (sessions.length === 0) return;
    await Promise.all(sessions.map(({ id }) => deleteSession(client, id)));
  }
}

/** Also when a test ran out of time, where `await using` never gets to it. In a hook there is no test to wait for. */
export function runAtEnd(undo: () => Promise<void>): void {
  if (expect.getState().currentTestName !== undefined) onTestFinished(undo);
}

function createLog(lines: string[]) {
  const add = (level: string) => (fields: object, message: string) =>
    void lines.push(`${level} ${message} ${inspect(fields, { depth: 10 })}`);
  return { debug: add("DEBUG"), info: add("INFO"), warn: add("WARNING"), error: add("ERROR") };
}
