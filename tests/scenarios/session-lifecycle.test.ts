import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Client, createClient, type Event, endsSession, endsTurn, toErrorShape } from "@cc-docker/client";
import { dataPaths } from "@cc-docker/server";
import { expect } from "vitest";
import { insist } from "../harness/crash/insist.ts";
import { keepGateway } from "../harness/crash/keep-gateway.ts";
import { containerOf, findContainer, volumesOf } from "../harness/engine.ts";
import { findFreePort } from "../harness/find-free-port.ts";
import { openInstall } from "../harness/install.ts";
import { collectUntil, openSession, runTurn, toolResults } from "../harness/run-turn.ts";
import { startGatewayProcess } from "../harness/start-gateway-process.ts";
import { shareStack, startStack } from "../harness/start-stack.ts";
import { waitUntil } from "../harness/wait-until.ts";
import { verifies } from "../verifies.ts";

const stack = shareStack();

verifies("session.life", "a session starts, works, and is stopped, and its log tells each step", async () => {
  const client = stack().client();
  await using session = await openSession(client);
  const { id } = session;
  expect((await runTurn(client, id, "say: hello")).text).toBe("hello");
  const stopped = await client.sessions.stop.mutate({ sessionId: id });
  expect(stopped).toMatchObject({ status: "stopped", turnCount: 1 });
  expect(await findContainer(id)).toBeUndefined();

  const events = await collectUntil(client, { sessionId: id, isLast: ({ type }) => endsSession(type) });
  expect(events.map(({ type }) => type).filter((type) => !type.startsWith("agent."))).toEqual([
    "session.starting",
    "session.idle",
    "turn.queued",
    "session.running",
    "turn.started",
    "turn.completed",
    "session.idle",
    "session.stopped",
  ]);
  expect((await client.sessions.stop.mutate({ sessionId: id })).status).toBe("stopped");
});

verifies("session.metrics", "what a session went through is counted at /metrics, for anybody", async () => {
  const client = stack().client();
  const before = await readCount('session_moves_total{from="idle",to="running",reason="turn_started"}');
  const failed = await readCount('failures_total{of="turn",code="SESSION_STOPPED"}');
  await using session = await openSession(client);
  await runTurn(client, session.id, "say: hello");
  await client.chat.send.mutate({ sessionId: session.id, prompt: "stall: 60s" });
  await client.sessions.stop.mutate({ sessionId: session.id });
  expect(await readCount('session_moves_total{from="idle",to="running",reason="turn_started"}')).toBe(before + 2);
  expect(await readCount('failures_total{of="turn",code="SESSION_STOPPED"}')).toBe(failed + 1);
  const refused = await readCount('refusals_total{code="SESSION_NOT_FOUND"}');
  await client.sessions.get.query({ sessionId: randomUUID() }).catch(() => undefined);
  expect(await readCount('refusals_total{code="SESSION_NOT_FOUND"}')).toBe(refused + 1);
  const gets = { endpoint: "/trpc/sessions.get", method: "GET", status: "404" };
  const labels = Object.entries(gets).map(([name, value]) => `${name}="${value}"`);
  expect(await readCount(`requests_total{${labels.join(",")}}`)).toBe(1);
  expect(await readCount("claude_turns_total")).toBeGreaterThan(0);
  expect(await readCount("container_startup_seconds_count")).toBeGreaterThan(0);
  const health = async (path: string) => (await fetch(`${stack().url}/health/${path}`)).json();
  expect([await health("live"), await health("ready")]).toEqual([{ status: "alive" }, { status: "ready" }]);
});

/** A counter of the shared gateway; 0 before its first. */
async function readCount(series: string): Promise<number> {
  const text = await (await fetch(`${stack().url}/metrics`)).text();
  const line = text.split("\n").find((one) => one.startsWith(`cc_docker_${series} `));
  return Number(line?.split(" ").at(-1) ?? 0);
}

verifies("session.life", "stopping a session in the middle of its work ends its turns at once", async () => {
  const client = stack().client();
  await using session = await openSession(client);
  const { id } = session;
  const running = await client.chat.send.mutate({ sessionId: id, prompt: "stall: 60s" });
  const queued = await client.chat.send.mutate({ sessionId: id, prompt: "say: never" });
  await client.sessions.stop.mutate({ sessionId: id });
  const turnOf = (turnId: string) => client.chat.get.query({ sessionId: id, turnId });
  expect(await turnOf(running.id)).toMatchObject({ status: "failed", error: { code: "SESSION_STOPPED" } });
  expect(await turnOf(queued.id)).toMatchObject({ status: "cancelled", error: { code: "SESSION_STOPPED" } });
});

verifies(
  "session.delete",
  "deleting a session removes its container, volumes, socket and log, whatever it is doing",
  async () => {
    const client = stack().client();
    const { id: starting } = await client.sessions.create.mutate({});
    await client.sessions.delete.mutate({ sessionId: starting });
    const { id } = await openSession(client);
    const socket = join(dataPaths(stack().dataDir).sockets, id);
    await client.chat.send.mutate({ sessionId: id, prompt: "stall: 60s" });
    expect(await volumesOf(id)).toHaveLength(2);
    expect(existsSync(socket)).toBe(true);

    await client.sessions.delete.mutate({ sessionId: id });
    for (const sessionId of [starting, id]) {
      expect(await findContainer(sessionId)).toBeUndefined();
      expect(await volumesOf(sessionId)).toEqual([]);
      expect(codesOf(await callAll(client, sessionId, randomUUID()))).toEqual(new Set(["SESSION_NOT_FOUND"]));
    }
    expect(await stack().leftovers()).toEqual([]);
  },
);

verifies("session.list", "a list has each of its owner's sessions once, newest first, page by page", async () => {
  // Without an image: what a list says does not hang on containers.
  await using bare = await startStack({ env: { SESSION_IMAGE: "cc-docker/absent:1" } });
  const [alice, bob] = [bare.client("alice"), bare.client("bob")];
  const mine: string[] = [];
  for (let n = 0; n < 7; n += 1) mine.unshift((await alice.sessions.create.mutate({})).id);
  const { id: foreign } = await bob.sessions.create.mutate({});

  const pages: string[][] = [];
  for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
    const page = await alice.sessions.list.query({ limit: 3, ...(cursor !== undefined && { cursor }) });
    pages.push(page.sessions.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  expect(pages.flat()).toEqual(mine);
  expect(Math.max(...pages.map((page) => page.length))).toBe(3);
  expect((await bob.sessions.list.query({})).sessions.map(({ id }) => id)).toEqual([foreign]);

  await waitUntil(async () => (await failed()).length === 7, { what: "all of them to fail" });
  expect((await alice.sessions.list.query({ status: "idle" })).sessions).toEqual([]);
  await expect(alice.sessions.list.query({ cursor: "x" })).rejects.toMatchObject({ code: "REQUEST_INVALID" });

  async function failed(): Promise<unknown[]> {
    return (await alice.sessions.list.query({ status: "failed" })).sessions;
  }
});

verifies(
  "session.foreign",
  "a session of somebody else answers every call exactly like one that does not exist",
  async () => {
    const [alice, bob] = [stack().client("alice"), stack().client("bob")];
    await using session = await openSession(alice);
    const { turn } = await runTurn(alice, session.id, "say: private");
    const unknown = randomUUID();

    const foreignAnswers = await callAll(bob, session.id, turn.id);
    const unknownAnswers = await callAll(bob, unknown, turn.id);
    const without = (id: string) => (answer: string) => answer.replaceAll(id, "ID");
    expect(foreignAnswers.map(without(session.id))).toEqual(unknownAnswers.map(without(unknown)));
    expect(codesOf(foreignAnswers)).toEqual(new Set(["SESSION_NOT_FOUND"]));
    // Nothing of it had an effect.
    const { events } = await alice.events.list.query({ sessionId: session.id, limit: 1000 });
    expect(events.filter(({ type }) => type === "turn.queued")).toHaveLength(1);
    expect((await alice.sessions.get.query({ sessionId: session.id })).status).toBe("idle");
    await expect(alice.chat.get.query({ sessionId: session.id, turnId: unknown })).rejects.toMatchObject({
      code: "TURN_NOT_FOUND",
    });
  },
);

verifies(
  "session.idempotent",
  "fifty racing creates of one key, over ten clients and a gateway killed in their midst, are one session",
  async () => {
    await using install = await openInstall({ PORT: String(await findFreePort()) });
    const url = `http://127.0.0.1:${install.env["PORT"]}`;
    const clients = Array.from({ length: 10 }, () => createClient({ url, token: () => install.token("alice") }));
    const [client = createClient({ url, token: "" })] = clients;
    await using gateway = keepGateway({ env: install.env, points: ["create.committed"], onDeath: () => undefined });
    await insist(() => client.sessions.list.query({}));
    const ask = { config: { model: "opus" }, idempotencyKey: "one" };
    const create = (_: unknown, n: number) =>
      insist(async () => clients[n % clients.length]?.sessions.create.mutate(ask));
    const ids = (await Promise.all(Array.from({ length: 50 }, create))).map((session) => session?.id);

    expect(gateway.pending()).toEqual([]);
    expect(new Set(ids).size).toBe(1);
    expect((await client.sessions.list.query({})).sessions).toHaveLength(1);
    const [sessionId = ""] = ids;
    expect((await runTurn(client, sessionId, "say: hello")).text).toBe("hello");
    expect((await install.leftovers()).filter((left) => left.startsWith("container"))).toHaveLength(1);
    const other = client.sessions.create.mutate({ ...ask, config: {} });
    await expect(other).rejects.toMatchObject({ code: "IDEMPOTENCY_KEY_REUSED" });
    await client.sessions.delete.mutate({ sessionId });
    await expect(client.sessions.create.mutate(ask)).rejects.toMatchObject({ code: "SESSION_NOT_FOUND" });
    expect(await install.leftovers()).toEqual([]);
    await gateway.stop();
  },
);

verifies(
  "session.outlives-server",
  "a session goes on without its gateway, and the next gateway takes it up",
  async () => {
    await using own = await startStack();
    const { id } = await openSession(own.client());
    const before = await runTurn(own.client(), id, "bash: echo $PPID");
    const { id: container } = await containerOf(id);

    await own.stop();
    expect((await (await containerOf(id)).inspect()).State.Running).toBe(true);
    await own.start();

    const after = await runTurn(own.client(), id, "bash: echo $PPID");
    expect(after.turn.status).toBe("completed");
    expect(toolResults(after.events)).toEqual(toolResults(before.events));
    expect((await containerOf(id)).id).toBe(container);
  },
);

verifies(
  "session.survives-kill",
  "a gateway killed while the model speaks and while a tool runs loses nothing",
  async () => {
    await using install = await openInstall({ PORT: String(await findFreePort()), MODEL_MAX_RETRIES: "5" });
    const client = createClient({
      url: `http://127.0.0.1:${install.env["PORT"]}`,
      token: () => install.token("alice"),
    });
    let gateway = await startGatewayProcess(install.env);
    const { id } = await openSession(client);
    let ends = 0;
    const isLast = ({ type }: Event) => endsTurn(type) && ++ends === 2;
    const collecting = collectUntil(client, { sessionId: id, isLast, deadlineMs: 40_000 });

    const spoken = await client.chat.send.mutate({ sessionId: id, prompt: "stream: 300 words every 5ms" });
    await killAt(spoken.id, ({ type }) => type === "agent.stream_event");
    await collectUntil(client, { sessionId: id, isLast: ({ type }) => endsTurn(type) });
    const tooled = await client.chat.send.mutate({
      sessionId: id,
      prompt: "bash: sleep 0.2; echo spooled\nsay: survived",
    });
    await killAt(tooled.id, ({ type }) => type === "agent.assistant"); // the tool ends while no gateway runs
    const events = await collecting;

    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    const results = events.filter(({ type }) => endsTurn(type));
    expect(results).toMatchObject([
      {
        type: "turn.completed",
        turnId: spoken.id,
        data: { result: { text: expect.stringMatching(/^word1 .* word300$/) } },
      },
      { type: "turn.completed", turnId: tooled.id, data: { result: { text: "survived" } } },
    ]);
    expect(toolResults(events)).toEqual(["spooled"]);
    const said = events
      .filter(({ type, turnId }) => type === "agent.stream_event" && turnId === tooled.id)
      .map(streamStep);
    expect(said.filter((step) => step === "message_start" || step === "message_stop")).toEqual([
      "message_start",
      "message_stop",
      "message_start",
      "message_stop",
    ]);
    await client.sessions.delete.mutate({ sessionId: id });
    await gateway.end("SIGTERM");

    async function killAt(turnId: string, isDue: (event: Event) => boolean): Promise<void> {
      await collectUntil(client, { sessionId: id, isLast: (event) => event.turnId === turnId && isDue(event) });
      await gateway.end("SIGKILL");
      gateway = await startGatewayProcess(install.env);
    }
  },
);

/** What every procedure that names a session answers, each as text. */
async function callAll(client: Client, sessionId: string, turnId: string): Promise<string[]> {
  const prompt = { sessionId, prompt: "say: x", idempotencyKey: randomUUID() };
  const calls: Promise<unknown>[] = [
    client.sessions.get.query({ sessionId }),
    client.sessions.pause.mutate({ sessionId }),
    client.sessions.resume.mutate({ sessionId }),
    client.sessions.stop.mutate({ sessionId }),
    client.sessions.delete.mutate({ sessionId }),
    client.chat.send.mutate(prompt),
    client.chat.ask.mutate(prompt),
    client.chat.get.query({ sessionId, turnId }),
    client.events.list.query({ sessionId }),
    client.followEvents({ sessionId }).next(),
  ];
  return Promise.all(calls.map(async (call) => JSON.stringify((await call.catch(toErrorShape)) ?? null)));
}

function codesOf(answers: readonly string[]): Set<unknown> {
  return new Set(answers.map((answer) => (JSON.parse(answer) as { code?: unknown }).code));
}

function streamStep({ data }: Event): string | undefined {
  return (data as { event?: { type?: string } }).event?.type;
}
