/** The WebSockets: the examples of docs/api.md as they stand there, and a restart under them. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Event } from "@cc-docker/client";
import type { AppRouter } from "@cc-docker/server";
import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import { expect } from "vitest";
import { findFreePort } from "../harness/find-free-port.ts";
import { openSession } from "../harness/run-turn.ts";
import { runAtEnd, type Stack, startStack } from "../harness/start-stack.ts";
import { waitUntil } from "../harness/wait-until.ts";
import { verifies } from "../verifies.ts";

const [STREAM, TRPC] = ["WS /sessions/{session_id}/stream", "WS /trpc"];

/** The programs of the document by the heading they stand under. */
function readPrograms(): Map<string, string[]> {
  const page = readFileSync(join(import.meta.dirname, "../../docs/api.md"), "utf8");
  const sections = page.split(/^### /m).slice(1);
  const programs = (section: string) => [...section.matchAll(/^```js\n(.*?)^```/gms)].map(([, code = ""]) => code);
  return new Map(sections.map((section) => [section.split("\n")[0] ?? "", programs(section)]));
}

type Program = { lines: string[]; ended: Promise<number | null>; kill(): void };

async function startProgram(stack: Stack, [heading, index]: [string, number], more: object): Promise<Program> {
  const code = readPrograms().get(heading)?.[index] ?? "throw new Error('there is no such example')";
  const env = { ...process.env, URL: stack.url, TOKEN: await stack.token("alice"), ...more };
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], { env, cwd: import.meta.dirname });
  const lines: string[] = [];
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    const whole = `${rest}${chunk}`.split("\n");
    rest = whole.pop() ?? "";
    lines.push(...whole);
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => lines.push(chunk));
  const { promise: ended, resolve } = Promise.withResolvers<number | null>();
  child.once("close", resolve);
  const kill = () => void child.kill();
  runAtEnd(async () => kill());
  return { lines, ended, kill };
}

const parse = (lines: readonly string[]) => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

verifies("socket.examples", "every program of the document does what it says, on a real session", async () => {
  expect([...readPrograms()].flatMap(([heading, programs]) => programs.map((_, at) => [heading, at]))).toEqual([
    [STREAM, 0],
    [STREAM, 1],
    [TRPC, 0],
  ]);
  await using stack = await startStack();
  await using session = await openSession(stack.client());
  const id = { SESSION_ID: session.id };

  const prompting = await startProgram(stack, [STREAM, 0], id);
  expect([await prompting.ended, prompting.lines]).toEqual([0, expect.anything()]);
  const said = parse(prompting.lines);
  expect(said).toMatchObject([
    { type: "assistant", message: { type: "text", text: "hello" }, seq: expect.any(Number) },
    { type: "result", subtype: "success", result: "hello", usage: { output_tokens: expect.any(Number) } },
  ]);

  const following = await startProgram(stack, [STREAM, 1], id);
  await waitUntil(() => following.lines.length >= 3, { what: "what there was from the beginning" });
  const all = parse(following.lines);
  expect(all).toEqual([{ type: "system", event: "session_started", data: { reason: "ready" }, seq: 2 }, ...said]);
  const later = await startProgram(stack, [STREAM, 1], { ...id, AFTER: String(said[0]?.["seq"]) });
  await waitUntil(() => later.lines.length > 0, { what: "what came after" });
  expect(parse(later.lines)).toEqual(said.slice(1));

  const calling = await startProgram(stack, [TRPC, 0], id);
  expect([await calling.ended, calling.lines]).toEqual([0, expect.anything()]);
  const { lastSeq } = await stack.client().sessions.get.query({ sessionId: session.id });
  const seqs = calling.lines.map((line) => Number(line.split(" ")[0]));
  expect(seqs).toEqual(seqs.map((_, at) => at + 1));
  expect(seqs.length).toBeGreaterThan(8);
  expect(seqs.length).toBeLessThanOrEqual(lastSeq);
});

verifies("socket.restart", "two restarts in a turn leave no gap and nothing twice, for either kind", async () => {
  await using stack = await startStack({ env: { PORT: String(await findFreePort()) } });
  await using session = await openSession(stack.client());
  const sessionId = session.id;
  const stock = await followWithStockClient(stack, sessionId);
  const program = await startProgram(stack, [STREAM, 1], { SESSION_ID: sessionId });
  const raw = await startProgram(stack, [STREAM, 1], { SESSION_ID: sessionId, FORMAT: "raw" });
  await stack.client().chat.send.mutate({ sessionId, prompt: "stream: 600 words every 10ms" });
  for (const reached of [100, 200]) {
    await waitUntil(() => stock.seqs.length >= reached, { what: `event ${reached}` });
    await stack.stop();
    await stack.start();
  }
  const isResult = (line: string) => line.includes('"type":"result"');
  const what = "the turn's end to reach all three";
  const isOver = () =>
    program.lines.some(isResult) && raw.lines.some(isResult) && stock.types.includes("turn.completed");
  await waitUntil(isOver, { what, deadlineMs: 90_000 });
  expect(stock.opened()).toBeGreaterThanOrEqual(3);
  expect(stock.seqs).toEqual(stock.seqs.map((_, at) => at + 1));
  const { events } = await stack.client().events.list.query({ sessionId, limit: 1000 });
  const isStart = ({ type, data }: Event) => type === "session.idle" && isDeepStrictEqual(data, { reason: "ready" });
  const isSent = (event: Event) => event.type.startsWith("agent.") || isStart(event);
  const got = parse(raw.lines).map(({ seq }) => Number(seq));
  const sent = events.filter((event) => isSent(event) && event.seq <= (got.at(-1) ?? 0));
  expect(sent.length).toBeGreaterThan(200);
  expect(got).toEqual(sent.map(({ seq }) => seq));
  const isShown = (event: Event) => ["agent.assistant", "turn.completed"].includes(event.type) || isStart(event);
  expect(parse(program.lines).map(({ seq }) => seq)).toEqual(events.filter(isShown).map(({ seq }) => seq));
});

async function followWithStockClient(stack: Stack, sessionId: string) {
  const authorization = `Bearer ${await stack.token("alice")}`;
  const [seqs, types]: [number[], string[]] = [[], []];
  let opened = 0;
  const client = createWSClient({
    url: `${stack.url.replace("http", "ws")}/trpc`,
    connectionParams: { authorization },
    onOpen: () => void (opened += 1),
  });
  runAtEnd(() => client.close());
  const trpc = createTRPCClient<AppRouter>({ links: [wsLink({ client })] });
  trpc.events.follow.subscribe(
    { sessionId: sessionId as never },
    {
      onData({ id, data }) {
        seqs.push(Number(id));
        types.push(data.type);
      },
    },
  );
  return { seqs, types, opened: () => opened };
}
