import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { performServerHandshake, type ServerHttp2Stream } from "node:http2";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeLine, LINK_VERSION, SessionId, type ToWrapper } from "@cc-docker/protocol";
import { expect, it, onTestFinished } from "vitest";
import type { StartAgent } from "./agent/agent.ts";
import { startWrapper } from "./wrapper.ts";

const sessionId = SessionId.parse("11111111-1111-4111-8111-111111111111");
const agentSessionId = "22222222-2222-4222-8222-222222222222";

/** A wrapper whose agent only tells what it was started with. */
async function openWrapper() {
  const directory = mkdtempSync(join(tmpdir(), "cc-docker-wrapper-"));
  const socketPath = join(directory, "link");
  const started = Promise.withResolvers<Parameters<StartAgent>[0]>();
  const startAgent = ((config: Parameters<StartAgent>[0]) => {
    started.resolve(config);
    return { close: async () => undefined };
  }) as unknown as StartAgent;
  const outboxPath = join(directory, "outbox");
  const log = () => undefined;
  const wrapper = await startWrapper({
    sessionId,
    socketPath,
    brokerPort: 0,
    telemetryPort: 0,
    outboxPath,
    startAgent,
    log,
  });
  onTestFinished(async () => {
    await wrapper.stop(0);
    rmSync(directory, { recursive: true });
  });
  return { socketPath, started: started.promise };
}

/** The gateway's end of a pipe, once the wrapper has said hello. */
async function openControl(socketPath: string) {
  const pipe = createConnection(socketPath);
  const session = performServerHandshake(pipe);
  session.on("error", () => undefined);
  const [stream] = (await once(session, "stream")) as [ServerHttp2Stream];
  stream.on("error", () => undefined);
  stream.respond({ ":status": 200 });
  await once(stream, "data");
  const say = (...messages: ToWrapper[]) => messages.forEach((message) => stream.write(encodeLine(message)));
  return { say, stream, break: () => pipe.destroy() };
}

const hello = { type: "hello", version: LINK_VERSION, sessionId, acked: 0 } as const;
const lines = ["a", "b"].map((uuid) => ({ type: "user", uuid }));

it("goes on from the transcript once, however often a connection broke while it came", async () => {
  const { socketPath, started } = await openWrapper();
  const first = await openControl(socketPath);
  first.say(hello, { type: "transcript", entries: lines }, { type: "ack", n: 0 });
  await new Promise((resolve) => first.stream.write("", resolve));
  const second = await openControl(socketPath);
  first.break();
  const resume = { agentSessionId } as never;
  second.say(hello, { type: "transcript", entries: lines }, { type: "start", config: {}, modelMaxRetries: 0, resume });
  const { resume: restored } = await started;
  expect(restored?.transcript.flatMap(({ entries }) => entries)).toEqual(lines);
});
