/** The examples of docs/api.md, run as they stand there: each operation answers alike to curl, to the client, and over a socket. */
import { expect } from "vitest";
import { type Answer, createExamples } from "../harness/api-examples.ts";
import { untilAsked } from "../harness/approvals.ts";
import { openSession } from "../harness/run-turn.ts";
import { shareStack } from "../harness/start-stack.ts";
import { waitUntil } from "../harness/wait-until.ts";
import { verifies } from "../verifies.ts";

const stack = shareStack();
const SESSION = "/sessions/{session_id}";

// oxlint-disable-next-line typescript/no-explicit-any -- what comes is looked at, not used
type Any = any;

const SPECIFIED: Readonly<Record<string, string>> = {
  turnId: "message_id",
  turnCount: "total_turns",
  costUsd: "total_cost_usd",
  sessionTimeout: "timeout_seconds",
};
/** What changes between two calls. */
const CHANGING = new Set(["lastSeq", "updatedAt"]);

/** In the names of REST. */
function renamed(value: Any, id: string): Any {
  if (Array.isArray(value)) return value.map((item) => renamed(item, id));
  if (typeof value !== "object" || value === null) return value;
  const toName = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const kept = Object.entries(value).filter(([name]) => !CHANGING.has(name));
  return Object.fromEntries(
    kept.map(([name, held]) => [name === "id" ? id : (SPECIFIED[name] ?? toName(name)), renamed(held, id)]),
  );
}

const turn = ({ id, status, result }: Any) => ({
  message_id: id,
  turn_status: status,
  ...(result && { result: { result: result.text, total_cost_usd: result.costUsd } }),
});
/** Of what the client and the socket are answered: what REST has to say too, where it is not all of it. */
const PICKS: Readonly<Record<string, (answer: Any) => object>> = {
  "POST /sessions": ({ id, config }) => ({ session_id: id, config: renamed(config, "") }),
  [`POST ${SESSION}/fork`]: ({ id, forkedFrom }) => ({ session_id: id, forked_from: renamed(forkedFrom, "") }),
  [`GET ${SESSION}/stats`]: ({ status, container }) => ({
    status,
    container: Object.fromEntries(Object.keys(renamed(container, "")).map((name) => [name, expect.any(Number)])),
  }),
  [`POST ${SESSION}/chat`]: ({ id, result }) => ({ message_id: id, ...(result && { result: result.text }) }),
  [`POST ${SESSION}/chat 1`]: ({ id }) => ({ message_id: id }),
  [`GET ${SESSION}/messages/{message_id}`]: turn,
  [`POST ${SESSION}/interrupt`]: turn,
  [`GET ${SESSION}/events`]: ({ events }) => ({ events: events.map(({ seq, type }: Any) => ({ seq, type })) }),
};

/** `before`: called before each of the three. */
async function inAllWays(
  examples: ReturnType<typeof createExamples>,
  operation: string,
  { index = 0, before = () => {} }: { index?: number; before?: () => void } = {},
): Promise<Answer> {
  before();
  const answer = await examples.curl(operation, index);
  const id = operation.includes("approval") ? "approval_id" : "session_id";
  const pick = PICKS[`${operation} ${index}`] ?? PICKS[operation] ?? ((given: Any) => renamed(given, id));
  for (const ask of [examples.call, examples.send]) {
    before();
    const said = await ask(operation, index);
    if (answer.status >= 400) expect([operation, said]).toEqual([operation, { code: answer.body.code }]);
    else if (answer.status === 204) expect([operation, said]).toEqual([operation, undefined]);
    else expect([operation, answer.body]).toMatchObject([operation, pick(said)]);
  }
  return answer;
}

verifies(
  "rest.examples",
  "every example of the document does what it says, on a real session, and the three of an operation answer alike",
  async () => {
    const { url, token, client } = { url: stack().url, token: await stack().token("alice"), client: stack().client() };
    const variables: Record<string, string> = { KEY: "one" };
    const examples = createExamples({ url, token, client, variables });
    const { curl } = examples;
    const example = (operation: string, index = 0) => inAllWays(examples, operation, { index });

    const created = await example("POST /sessions");
    expect(created).toMatchObject({ status: 201, body: { status: "starting" } });
    variables["SESSION_ID"] = created.body.session_id;
    expect(await example(`POST ${SESSION}/chat`)).toMatchObject({
      status: 200,
      body: { type: "result", subtype: "success", result: "hello", usage: { output_tokens: expect.any(Number) } },
    });
    variables["KEY"] = "two";
    const sent = await example(`POST ${SESSION}/chat`, 1);
    expect(sent).toMatchObject({ status: 202, body: { status: "processing" } });
    variables["MESSAGE_ID"] = sent.body.message_id;
    const message = await waitUntil(
      async () => {
        const { body } = await curl(`GET ${SESSION}/messages/{message_id}`);
        return body.status === "processing" ? undefined : body;
      },
      { what: "the message to be answered" },
    );
    expect(message).toMatchObject({ status: "completed", result: { result: "hello again" } });
    expect((await example(`GET ${SESSION}/messages/{message_id}`)).body).toEqual(message);

    const idle = await waitUntil(
      async () => {
        const read = await curl(`GET ${SESSION}`);
        return read.body.status === "running" ? undefined : read;
      },
      { what: "the session to rest" },
    );
    expect(idle).toMatchObject({ status: 200, body: { status: "idle", total_turns: 2 } });
    expect((await example(`GET ${SESSION}`)).body).toEqual(idle.body);
    expect(await example(`GET ${SESSION}/stats`)).toMatchObject({
      status: 200,
      body: { status: "idle", container: { memory_bytes: expect.any(Number), network_rx_bytes: expect.any(Number) } },
    });
    const { body: page } = await example(`GET ${SESSION}/events`);
    expect(page.events[0]).toMatchObject({ seq: 1, session_id: variables["SESSION_ID"], type: "session.starting" });
    const normalized = (await curl(`GET ${SESSION}/events`, 1)).body.events;
    expect(normalized.map(({ seq }: { seq: number }) => seq)).toEqual(
      page.events.map(({ seq }: { seq: number }) => seq),
    );
    const said = normalized.filter(({ type }: { type: string }) => type === "agent.assistant");
    expect(said[0].data.content).toEqual([{ type: "text", text: "hello" }]);
    const STREAM = `GET ${SESSION}/events/stream`;
    const all = Array.from({ length: idle.body.last_seq }, (_, at) => at + 1);
    const whole = await examples.follow(STREAM, 0, all.length);
    expect(whole).toEqual({ curl: all, client: all, socket: all });
    const rest = all.slice(2);
    expect(await examples.follow(STREAM, 1, all.length)).toEqual({ curl: rest, client: rest, socket: rest });

    expect(await example(`POST ${SESSION}/interrupt`)).toMatchObject({
      status: 200,
      body: { turn_status: "completed" },
    });
    expect((await example("GET /sessions")).body).toMatchObject({ total: 1, limit: 50, offset: 0, sessions: [{}] });
    variables["KEY"] = "three";
    const forked = await example(`POST ${SESSION}/fork`);
    expect(forked).toMatchObject({ status: 201, body: { forked_from: { message_id: variables["MESSAGE_ID"] } } });
    expect((await example(`PATCH ${SESSION}`)).body).toMatchObject({ name: "second steps" });
    expect((await example(`POST ${SESSION}/pause`)).body).toMatchObject({ status: "paused" });
    expect((await example(`POST ${SESSION}/resume`)).body).toMatchObject({ status: "idle" });
    expect((await example(`POST ${SESSION}/stop`)).body).toMatchObject({ status: "stopped" });
    const { id: third } = await client.sessions.create.mutate({});
    const doomed = [third, forked.body.session_id, created.body.session_id];
    const before = () => void (variables["SESSION_ID"] = doomed.pop());
    expect(await inAllWays(examples, `DELETE ${SESSION}`, { before })).toEqual({ status: 204, body: undefined });
    expect(await example(`GET ${SESSION}`)).toMatchObject({ status: 404, body: { code: "SESSION_NOT_FOUND" } });

    await using session = await openSession(client, { permissionMode: "ask" });
    variables["SESSION_ID"] = session.id;
    await client.chat.send.mutate({ sessionId: session.id, prompt: "bash: touch asked.txt\nsay: done" });
    variables["APPROVAL_ID"] = (await untilAsked(client, session.id)).id;
    expect((await example("GET /approvals")).body.approvals).toMatchObject([{ approval_id: variables["APPROVAL_ID"] }]);
    expect((await example("GET /approvals/{approval_id}")).body).toMatchObject({ state: "open", tool_name: "Bash" });
    expect((await example("POST /approvals/{approval_id}/answer")).body).toMatchObject({ state: "allowed" });

    const { body: audit } = await example("GET /audit");
    const done = audit.entries.filter(({ outcome }: Any) => outcome === "ok").map(({ action }: Any) => action);
    expect([...new Set(done)]).toEqual(["approvals.answer", "chat.send", "sessions.create"]);
    expect(audit.entries[0]).toMatchObject({ session_id: session.id, target_id: variables["APPROVAL_ID"] });

    const isIdle = async () => (await client.sessions.get.query({ sessionId: session.id })).status === "idle";
    await waitUntil(isIdle, { what: "the answered turn to end" }); // the three are to find the same use
    expect(await example("GET /limits")).toMatchObject({
      status: 200,
      body: { live_sessions: { used: expect.any(Number) } },
    });
    expect(await example("GET /health")).toMatchObject({ status: 200, body: { status: "healthy" } });
    expect([...examples.unused]).toEqual([]);
  },
);
