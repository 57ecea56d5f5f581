/** The examples of docs/api.md, run as they stand there; and what curl cannot show. */
import { execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { untilAsked } from "../harness/approvals.ts";
import { openSession } from "../harness/run-turn.ts";
import { shareStack } from "../harness/start-stack.ts";
import { waitUntil } from "../harness/wait-until.ts";
import { verifies } from "../verifies.ts";

const stack = shareStack();
const run = promisify(execFile);

/** The commands of the document by the operation they stand under. */
const EXAMPLES: ReadonlyMap<string, string[]> = readExamples();

function readExamples(): Map<string, string[]> {
  const text = readFileSync(join(import.meta.dirname, "../../docs/api.md"), "utf8");
  const sections = text.split(/^### /m).slice(1);
  return new Map(
    sections.map((section) => [
      section.split("\n")[0] ?? "",
      [...section.matchAll(/^```sh\n(.*?)^```/gms)].map(([, command = ""]) => command.trim()),
    ]),
  );
}

type Variables = Record<string, string>;
// oxlint-disable-next-line typescript/no-explicit-any -- bodies are looked at, not used
type Answer = { status: number; body: any };

/** Runs examples of operations, and notes which were run. */
function createShell(variables: Variables) {
  const used = new Set<string>();
  const shell = async (command: string) =>
    (await run("sh", ["-c", command], { env: { ...process.env, ...variables }, maxBuffer: 1e8 })).stdout;

  async function example(operation: string, index = 0): Promise<Answer> {
    const command = requireExample(operation, index);
    used.add(`${operation} ${index}`);
    const said = await shell(command.replace("curl -sS", "curl -sS -w '\\n%{http_code}'"));
    const at = said.lastIndexOf("\n");
    const body = said.slice(0, at);
    return { status: Number(said.slice(at)), body: body === "" ? undefined : JSON.parse(body) };
  }

  /** The ids of a stream's messages up to the event of that number. */
  async function streamExample(operation: string, index: number, last: number): Promise<string[]> {
    const command = requireExample(operation, index);
    used.add(`${operation} ${index}`);
    const curl = spawn("sh", ["-c", `exec ${command}`], { env: { ...process.env, ...variables } });
    let said = "";
    for await (const chunk of curl.stdout.setEncoding("utf8")) {
      said += chunk;
      if (said.includes(`\nid: ${last}\n`)) break;
    }
    curl.kill();
    return [...said.matchAll(/^id: (.*)$/gm)].map(([, id = ""]) => id);
  }

  return { variables, example, streamExample, used };
}

function requireExample(operation: string, index: number): string {
  const command = EXAMPLES.get(operation)?.[index];
  if (command === undefined) throw new Error(`docs/api.md has no example ${index} of ${operation}`);
  return command;
}

verifies("rest.examples", "every example of the document does what it says, on a real session", async () => {
  const { url, token, client } = { url: stack().url, token: await stack().token("alice"), client: stack().client() };
  const shell = createShell({ URL: url, TOKEN: token, KEY: "one" });
  const { variables, example, streamExample } = shell;
  const SESSION = "/sessions/{session_id}";

  const created = await example("POST /sessions");
  expect(created).toMatchObject({ status: 201, body: { status: "starting" } });
  variables["SESSION_ID"] = created.body.session_id;
  expect((await example("POST /sessions")).body.session_id).toBe(created.body.session_id);

  expect(await example(`POST ${SESSION}/chat`)).toMatchObject({
    status: 200,
    body: { type: "result", subtype: "success", result: "hello", usage: { output_tokens: expect.any(Number) } },
  });
  const sent = await example(`POST ${SESSION}/chat`, 1);
  expect(sent).toMatchObject({ status: 202, body: { status: "processing" } });
  variables["MESSAGE_ID"] = sent.body.message_id;
  const message = await waitUntil(
    async () => {
      const { body } = await example(`GET ${SESSION}/messages/{message_id}`);
      return body.status === "processing" ? undefined : body;
    },
    { what: "the message to be answered" },
  );
  expect(message).toMatchObject({ status: "completed", result: { result: "hello again" } });

  const idle = await waitUntil(
    async () => {
      const read = await example(`GET ${SESSION}`);
      return read.body.status === "running" ? undefined : read;
    },
    { what: "the session to rest" },
  );
  expect(idle).toMatchObject({ status: 200, body: { status: "idle", total_turns: 2 } });
  expect(await example(`GET ${SESSION}/stats`)).toMatchObject({
    status: 200,
    body: { status: "idle", container: { memory_bytes: expect.any(Number), network_rx_bytes: expect.any(Number) } },
  });
  const { body: page } = await example(`GET ${SESSION}/events`);
  expect(page.events[0]).toMatchObject({ seq: 1, session_id: variables["SESSION_ID"], type: "session.starting" });
  const normalized = (await example(`GET ${SESSION}/events`, 1)).body.events;
  expect(normalized.map(({ seq }: { seq: number }) => seq)).toEqual(page.events.map(({ seq }: { seq: number }) => seq));
  const said = normalized.filter(({ type }: { type: string }) => type === "agent.assistant");
  expect(said[0].data.content).toEqual([{ type: "text", text: "hello" }]);
  const ids = await streamExample(`GET ${SESSION}/events/stream`, 0, idle.body.last_seq);
  expect(ids).toEqual(ids.map((_, at) => String(at + 1)));
  expect(await streamExample(`GET ${SESSION}/events/stream`, 1, idle.body.last_seq)).toEqual(ids.slice(2));

  expect(await example(`POST ${SESSION}/interrupt`)).toMatchObject({ status: 200, body: { turn_status: "completed" } });
  expect((await example("GET /sessions")).body).toMatchObject({ total: 1, limit: 50, offset: 0, sessions: [{}] });
  variables["KEY"] = "two";
  const forked = await example(`POST ${SESSION}/fork`);
  expect(forked).toMatchObject({ status: 201, body: { forked_from: { message_id: variables["MESSAGE_ID"] } } });
  expect((await example(`POST ${SESSION}/pause`)).body).toMatchObject({ status: "paused" });
  expect((await example(`POST ${SESSION}/resume`)).body).toMatchObject({ status: "idle" });
  expect((await example(`POST ${SESSION}/stop`)).body).toMatchObject({ status: "stopped" });
  expect(await example(`DELETE ${SESSION}`)).toEqual({ status: 204, body: undefined });
  expect(await example(`GET ${SESSION}`)).toMatchObject({ status: 404, body: { code: "SESSION_NOT_FOUND" } });

  await using session = await openSession(client, { permissionMode: "ask" });
  variables["SESSION_ID"] = session.id;
  await client.chat.send.mutate({ sessionId: session.id, prompt: "bash: touch asked.txt\nsay: done" });
  variables["APPROVAL_ID"] = (await untilAsked(client, session.id)).id;
  expect((await example("GET /approvals")).body.approvals).toMatchObject([{ approval_id: variables["APPROVAL_ID"] }]);
  expect((await example("GET /approvals/{approval_id}")).body).toMatchObject({ state: "open", tool_name: "Bash" });
  expect((await example("POST /approvals/{approval_id}/answer")).body).toMatchObject({ state: "allowed" });

  expect((await example("GET /audit")).body.entries).toMatchObject([
    { action: "approvals.answer", outcome: "ok", session_id: session.id, target_id: variables["APPROVAL_ID"] },
    { action: "chat.send", outcome: "ok", session_id: session.id, target_id: expect.any(String) },
    { action: "sessions.create", outcome: "ok", session_id: session.id },
  ]);

  expect(await example("GET /limits")).toMatchObject({
    status: 200,
    body: { live_sessions: { used: expect.any(Number) } },
  });
  expect(await example("GET /health")).toMatchObject({ status: 200, body: { status: "healthy" } });
  const all = [...EXAMPLES].flatMap(([operation, commands]) => commands.map((_, index) => `${operation} ${index}`));
  expect(all.filter((one) => !shell.used.has(one))).toEqual([]);
});
