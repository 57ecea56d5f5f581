/** `demo [PROMPT]`: one prompt through everything there is, with the scripted model; leaves nothing behind. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signToken } from "@cc-docker/cli/sign-token";
import { type Client, createClient, type Event, endsTurn } from "@cc-docker/client";
import { createLogger, createRedactor, loadConfig, secretsOf, startServer } from "@cc-docker/server";
import { ensureEngine } from "./engine/ensure-engine.ts";
import { ensureImage } from "./ensure-image.ts";
import { say, seconds } from "./report.ts";
import { EXIT, runTool } from "./run-tool.ts";

const PROMPT = process.argv.slice(2).join(" ") || "say: Hello from Claude Code in a container.";

await runTool(async (signal) => {
  const startedAt = Date.now();
  const step = (line: string) => say(`${seconds(startedAt).padStart(8)}  ${line}`);
  await using cleanup = new AsyncDisposableStack();
  const engine = await ensureEngine({ onProgress: step, signal });
  cleanup.defer(engine.stop);
  const image = await ensureImage({ docker: engine.docker, onProgress: step, signal });
  step(`image ready: ${image}`);

  const dataDir = await mkdtemp(join(tmpdir(), "cc-docker-demo-"));
  cleanup.defer(() => rm(dataDir, { recursive: true, force: true }));
  const secret = randomUUID();
  const settings = {
    DATA_DIR: dataDir,
    PORT: "0",
    MODEL: "scripted",
    SESSION_IMAGE: image,
    JWT_SECRET: secret,
    LOG_LEVEL: "ERROR",
  };
  const config = loadConfig({ ...process.env, ...settings, HOST: "127.0.0.1" });
  const redactor = createRedactor(secretsOf(config));
  const server = await startServer({ config, log: createLogger(config.LOG_LEVEL, redactor), redactor });
  cleanup.defer(server.stop);
  step(`gateway listens on ${server.url}`);

  const client = createClient({ url: server.url, token: signToken({ secret, sub: "demo", ttlSeconds: 3600 }) });
  const session = await client.sessions.create.mutate({});
  cleanup.defer(async () => {
    await client.sessions.delete.mutate({ sessionId: session.id });
    step("session, container and volumes removed");
  });
  step(`session ${session.id} created; its container is starting`);
  await client.chat.send.mutate({ sessionId: session.id, prompt: PROMPT });
  step(`prompt accepted: ${PROMPT}`);
  return await showTurn(client, session.id, step, signal);
});

/** Streams the answer as it comes. @returns the exit code */
async function showTurn(
  client: Client,
  sessionId: string,
  step: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  let streaming = false;
  for await (const event of client.followEvents({ sessionId, signal })) {
    if (event.type === "session.idle" && event.seq < 10) step("Claude Code is ready");
    const text = textOf(event);
    if (text && !streaming) step("first token:");
    streaming ||= text !== undefined;
    if (text) process.stdout.write(text);
    if (!endsTurn(event.type)) continue;
    process.stdout.write("\n");
    step(`${event.type} after ${event.seq} events`);
    return event.type === "turn.completed" ? EXIT.ok : EXIT.failed;
  }
  return EXIT.interrupted;
}

type StreamEvent = { event?: { delta?: { type?: string; text?: string } } };

/** What a partial message adds to the answer, made harmless for the terminal. */
function textOf({ type, data }: Event): string | undefined {
  const delta = type === "agent.stream_event" ? (data as StreamEvent).event?.delta : undefined;
  return delta?.type === "text_delta" ? delta.text?.replace(/[^\P{C}\n\t]/gu, "") : undefined;
}
