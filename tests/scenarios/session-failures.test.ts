import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { type Client, type ErrorCode, type ErrorShape, endsSession, type Turn } from "@cc-docker/client";
import { expect } from "vitest";
import { buildImage } from "../harness/build-image.ts";
import { containerOf, ENGINE_SOCKET, findContainer, runInside } from "../harness/engine.ts";
import { startFaultProxy } from "../harness/fault-proxy.ts";
import { collectUntil, openSession, runTurn } from "../harness/run-turn.ts";
import { shareStack, startStack } from "../harness/start-stack.ts";
import { waitUntil } from "../harness/wait-until.ts";
import { verifies } from "../verifies.ts";

const stack = shareStack();

verifies(
  "error.engine",
  "without an engine health says so, sessions fail, and their prompts are not lost",
  async () => {
    await using own = await startStack({ env: { DOCKER_HOST: "unix:///nonexistent/docker.sock" } });
    const health = await fetch(`${own.url}/health`);
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({
      status: "unhealthy",
      components: { database: "healthy", docker: "unhealthy" },
    });

    const client = own.client();
    const { id } = await client.sessions.create.mutate({});
    await requireFailed(client, id, "RUNTIME_UNAVAILABLE");
    const waking = await client.chat.ask.mutate({ sessionId: id, prompt: "say: x" });
    expect(waking).toMatchObject({ status: "cancelled", error: { code: "RUNTIME_UNAVAILABLE" } });
    expect(waking.error?.message).toContain("Engine does not answer");
    await expect(client.sessions.stop.mutate({ sessionId: id })).rejects.toMatchObject({ code: "RUNTIME_UNAVAILABLE" });
    await client.sessions.delete.mutate({ sessionId: id });
    await expect(client.sessions.get.query({ sessionId: id })).rejects.toMatchObject({ code: "SESSION_NOT_FOUND" });
  },
);

verifies(
  "error.engine",
  "an engine that goes while a session starts ends the waiting prompt once, with its error",
  async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as { port: number };
    await using proxy = await startFaultProxy({ to: { host: "127.0.0.1", port } });
    await using own = await startStack({ env: { DOCKER_HOST: `tcp://127.0.0.1:${proxy.port}` } });
    const client = own.client();
    const { id } = await client.sessions.create.mutate({});
    const waiting = await client.chat.send.mutate({ sessionId: id, prompt: "say: x" });
    expect(waiting.status).toBe("queued");
    proxy.refuse(true);
    proxy.cutAll();
    const events = await requireFailed(client, id, "RUNTIME_UNAVAILABLE");
    expect(await turnOf(client, waiting)).toMatchObject({
      status: "cancelled",
      error: { code: "RUNTIME_UNAVAILABLE" },
    });
    expect(events.filter(({ turnId }) => turnId === waiting.id).map(({ type }) => type)).toEqual([
      "turn.queued",
      "turn.cancelled",
    ]);
    silent.close();
  },
);

verifies("error.engine", "without the image a session fails and names it", async () => {
  await using own = await startStack({ env: { SESSION_IMAGE: "cc-docker/absent:1" } });
  const { id } = await own.client().sessions.create.mutate({});
  await requireFailed(own.client(), id, "IMAGE_NOT_FOUND", /cc-docker\/absent:1/);
});

verifies("error.engine", "a container whose wrapper never answers is given up in time and removed", async () => {
  await using image = await buildImage({ dockerfile: 'ENTRYPOINT ["/usr/bin/tini", "--", "sleep", "600"]' });
  await using own = await startStack({ env: { SESSION_IMAGE: image.tag, STARTUP_TIMEOUT: "1" } });
  const client = own.client();
  const { id } = await client.sessions.create.mutate({});
  const waiting = await client.chat.send.mutate({ sessionId: id, prompt: "say: x" });
  await requireFailed(client, id, "STARTUP_TIMEOUT", /1 s/);
  expect(await turnOf(client, waiting)).toMatchObject({ status: "cancelled", error: { code: "STARTUP_TIMEOUT" } });
  await requireNoContainer(id);
});

verifies("error.agent-exited", "a Claude Code that ends at once fails its session with what it wrote", async () => {
  const claude = "#!/bin/sh\necho 'boom: no licence' >&2\nexit 3\n";
  await using image = await buildImage({ dockerfile: "COPY claude /usr/local/bin/claude", files: { claude } });
  await using own = await startStack({ env: { SESSION_IMAGE: image.tag } });
  const { id } = await own.client().sessions.create.mutate({});
  await requireFailed(own.client(), id, "AGENT_EXITED", /boom: no licence/);
  await requireNoContainer(id);
});

verifies(
  "error.agent-exited",
  "a Claude Code killed in a turn ends the turn and the session, and says how, when it is not to recover",
  async () => {
    const client = stack().client();
    await using session = await openSession(client, { onCrash: "fail" });
    const turn = await client.chat.send.mutate({ sessionId: session.id, prompt: "stall: 60s" });
    await untilModelIsAsked("stall: 60s");
    expect((await runInside(session.id, "pkill -9 -u agent")).exitCode).toBe(0);
    await requireFailed(client, session.id, "AGENT_EXITED", /SIGKILL|137|killed/i);
    expect(await turnOf(client, turn)).toMatchObject({ status: "failed", error: { code: "AGENT_EXITED" } });
    await requireNoContainer(session.id);
  },
);

verifies(
  "error.instance-lost",
  "a container killed in a turn ends the turn and the session, and nothing is left, when it is not to recover",
  async () => {
    const client = stack().client();
    await using session = await openSession(client, { onCrash: "fail" });
    const running = await client.chat.send.mutate({ sessionId: session.id, prompt: "stall: 50s" });
    const waiting = await client.chat.send.mutate({ sessionId: session.id, prompt: "say: never" });
    await untilModelIsAsked("stall: 50s");
    await (await containerOf(session.id)).kill();
    await requireFailed(client, session.id, "INSTANCE_LOST", /137/);
    expect(await turnOf(client, running)).toMatchObject({ status: "failed", error: { code: "INSTANCE_LOST" } });
    expect(await turnOf(client, waiting)).toMatchObject({ status: "cancelled", error: { code: "INSTANCE_LOST" } });
    await requireNoContainer(session.id);
    await client.sessions.delete.mutate({ sessionId: session.id });
    expect(await stack().leftovers()).toEqual([]);
  },
);

verifies("error.instance-lost", "an engine that goes with a turn's container ends the turn within 15 s", async () => {
  await using engine = await proxiedEngine();
  await using own = await startStack({ env: engine.env });
  const client = own.client();
  const { id } = await openSession(client, { onCrash: "fail" });
  const turn = await client.chat.send.mutate({ sessionId: id, prompt: "stall: 60s" });
  await waitUntil(() => own.model.journal.prompts().includes("stall: 60s"), { what: "the model to be asked" });

  const container = await containerOf(id);
  engine.proxy.refuse(true);
  engine.proxy.cutAll();
  const diedAt = performance.now();
  await container.kill();
  await requireFailed(client, id, "INSTANCE_LOST");
  expect(performance.now() - diedAt).toBeLessThan(15_000);
  expect(await turnOf(client, turn)).toMatchObject({ status: "failed", error: { code: "INSTANCE_LOST" } });
  engine.proxy.refuse(false);
});

verifies(
  "error.instance-lost",
  "a turn whose link runs through the engine goes on after the engine was away",
  async () => {
    await using engine = await proxiedEngine();
    await using own = await startStack({ env: { ...engine.env, LINK: "exec" } });
    const client = own.client();
    const { id } = await openSession(client);
    const running = runTurn(client, id, "bash: sleep 2; echo after\nsay: went on");
    await waitUntil(() => own.model.journal.requests.some(({ outcome }) => outcome === "answered"), {
      what: "the tool call",
    });
    engine.proxy.refuse(true);
    expect(engine.proxy.cutAll()).toBeGreaterThan(0);
    await waitUntil(async () => (await fetch(`${own.url}/health`)).status === 503, { what: "the engine to be missed" });
    engine.proxy.refuse(false);
    expect((await running).text).toBe("went on");
  },
);

verifies("session.delete", "a session deleted while the engine is away is removed when it is back", async () => {
  await using engine = await proxiedEngine();
  await using own = await startStack({ env: engine.env });
  const { id } = await openSession(own.client());
  engine.proxy.refuse(true);
  engine.proxy.cutAll();
  await own.client().sessions.delete.mutate({ sessionId: id });
  expect(await own.leftovers()).not.toEqual([]);
  expect((await own.client().sessions.list.query({})).sessions).toEqual([]);
  await own.stop();
  engine.proxy.refuse(false);
  await own.start(); // a gateway looks at once, and again every 15 s
  await waitUntil(async () => (await own.leftovers()).length === 0, { what: "the container to be removed" });
});

async function proxiedEngine() {
  const path = join("/tmp", `ccd-engine-${process.pid}-${Math.random().toString(36).slice(2)}.sock`);
  const proxy = await startFaultProxy({ to: { path: ENGINE_SOCKET }, at: { path } });
  return { proxy, env: { DOCKER_HOST: `unix://${path}` }, [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose]() };
}

async function untilModelIsAsked(prompt: string): Promise<void> {
  await waitUntil(() => stack().model.journal.prompts().includes(prompt), {
    what: `the model to be asked "${prompt}"`,
  });
}

async function requireFailed(client: Client, sessionId: string, code: ErrorCode, message = /\w/) {
  const events = await collectUntil(client, { sessionId, isLast: ({ type }) => endsSession(type) });
  const last = events.at(-1);
  expect(last?.type).toBe("session.failed");
  const { error } = (last?.data ?? {}) as { error?: ErrorShape };
  expect(error).toMatchObject({ code, message: expect.stringMatching(message), hint: expect.stringMatching(/\w/) });
  expect((await client.sessions.get.query({ sessionId })).error).toEqual(error);
  return events;
}

function turnOf(client: Client, { sessionId, id }: Turn): Promise<Turn> {
  return client.chat.get.query({ sessionId, turnId: id });
}

async function requireNoContainer(sessionId: string): Promise<void> {
  await waitUntil(async () => (await findContainer(sessionId)) === undefined, { what: "the container to be removed" });
}
