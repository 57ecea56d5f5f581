/** What the real Claude Code does rarely, done by a stand-in: each ends in bounded time, by its own name. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Event, endsSession, type SessionConfig } from "@cc-docker/client";
import { afterAll, beforeAll, expect } from "vitest";
import { buildImage, type TestImage } from "../harness/build-image.ts";
import { containerOf, findContainer, runInside } from "../harness/engine.ts";
import { collectUntil, openSession, runTurn } from "../harness/run-turn.ts";
import { type Stack, startStack } from "../harness/start-stack.ts";
import { waitUntil } from "../harness/wait-until.ts";
import { verifies } from "../verifies.ts";

const MIB = 1024 * 1024;
const HANG_S = 2;
/** A wrapper with nothing to do has about 90 MB; a line of 16 MiB and what it is read into come on top for a while. */
const MAX_WRAPPER_MB = 350;

let image: TestImage | undefined;
let stack: Stack | undefined;

beforeAll(async () => {
  const agent = await readFile(join(import.meta.dirname, "../harness/scripted-agent.ts"), "utf8");
  const claude = "#!/bin/sh\nexec node /usr/local/lib/scripted-agent.ts\n";
  image = await buildImage({
    dockerfile: "COPY claude /usr/local/bin/claude\nCOPY scripted-agent.ts /usr/local/lib/scripted-agent.ts",
    files: { claude, "scripted-agent.ts": agent },
  });
  stack = await startStack({ env: { SESSION_IMAGE: image.tag, HANG_TIMEOUT: String(HANG_S) } });
});
afterAll(async () => {
  await stack?.[Symbol.asyncDispose]();
  await image?.[Symbol.asyncDispose]();
});

const client = () => (stack as Stack).client();
const open = (config: SessionConfig = {}) => openSession(client(), config);
const typesOf = (events: readonly Event[]) => events.map(({ type }) => type);

/** The session answers, whatever it went through. */
async function requireUsable(sessionId: string): Promise<void> {
  expect((await runTurn(client(), sessionId, "are you there?")).text).toBe("You said: are you there?");
}

verifies("agent.garbage", "lines that are no messages are left out and counted, and the turn goes on", async () => {
  await using session = await open();
  const { text, events } = await runTurn(client(), session.id, "garbage: all the same");
  expect(text).toBe("all the same");
  const counted = events.filter(({ type }) => type === "agent.unreadable_output");
  expect(counted.map(({ data }) => data)).toEqual([expect.objectContaining({ lines: 6, bytes: expect.any(Number) })]);
  await requireUsable(session.id);
});

verifies("agent.garbage", "an agent that writes nothing but garbage is ended at once, by its own name", async () => {
  await using session = await open({ onCrash: "fail" });
  const { turn } = await runTurn(client(), session.id, "garbage-flood");
  expect(turn).toMatchObject({ status: "failed", error: { code: "AGENT_OUTPUT_INVALID" } });
  expect(turn.error?.message).toContain("no messages");
  await requireUsable(session.id); // woken
});

verifies("agent.garbage", "text arrives whole when each of its bytes is written by itself", async () => {
  await using session = await open();
  const words = "zürich 🎉 日本 \u2028 end";
  const { text, events } = await runTurn(client(), session.id, `bytes: ${words}`);
  expect(text).toBe(words);
  const spoken = events.find(({ type }) => type === "agent.assistant")?.data;
  expect(spoken).toMatchObject({ message: { content: [{ text: words }] } });
});

verifies("agent.garbage", "what it writes to stderr, however much, harms nothing", async () => {
  await using session = await open();
  expect((await runTurn(client(), session.id, "stderr-flood: loud")).text).toBe("loud");
});

for (const megabytes of [10, 30]) {
  verifies(
    "agent.oversize",
    `a message of ${megabytes} MB is told by its size, the turn goes on, and memory is bounded`,
    async () => {
      await using session = await open();
      const { text, events } = await runTurn(client(), session.id, `large: ${megabytes}`);
      expect(text).toBe("after it");
      const large = events.find(({ type }) => type === "agent.assistant")?.data;
      expect(large).toMatchObject({ type: "assistant", truncated: true });
      expect((large as { bytes: number }).bytes).toBeGreaterThan(megabytes * 1e6);
      await requireUsable(session.id);
      expect(await wrapperPeakMb(session.id)).toBeLessThan(MAX_WRAPPER_MB);
    },
  );

  verifies(
    "agent.oversize",
    `an answer of ${megabytes} MB fails its turn by its own name, and the session goes on`,
    async () => {
      await using session = await open();
      const { turn } = await runTurn(client(), session.id, `large-result: ${megabytes}`);
      expect(turn).toMatchObject({ status: "failed", error: { code: "AGENT_OUTPUT_INVALID" } });
      expect(turn.error?.message).toMatch(/\d{8} bytes/);
      await requireUsable(session.id);
    },
  );
}

verifies("agent.hangs-and-exits", "a hang, or an exit without a result, costs time, and the turn goes on", async () => {
  const recovered = ["hang-once", "exit-once: 0", "exit-once: 3"].map(async (prompt) => {
    await using session = await open();
    const { text, events } = await runTurn(client(), session.id, prompt);
    expect(text, prompt).toBe("went on");
    expect(typesOf(events), prompt).toContain("turn.resumed");
    await requireUsable(session.id);
  });
  await Promise.all([...recovered, hangAfterResult()]);
});

/** It answers, and takes no prompt after that. */
async function hangAfterResult(): Promise<void> {
  await using session = await open();
  expect((await runTurn(client(), session.id, "hang-after-result: first")).text).toBe("first");
  const { text, events } = await runTurn(client(), session.id, "second");
  expect(text).toBe("You said: second");
  expect(typesOf(events)).toContain("turn.resumed");
}

verifies("turn.watched", "a tool that takes long is not ended while the agent gives signs of it", async () => {
  await using session = await open();
  const { text, events } = await runTurn(client(), session.id, `slow-tool: ${3 * HANG_S}`);
  expect(text).toBe("done at last");
  expect(typesOf(events)).not.toContain("turn.resumed");
});

verifies("agent.hangs-and-exits", "a line that never ends is a silent agent, and costs no memory", async () => {
  const silent = ["half-a-line", "endless-line: 10", "endless-line: 30"].map(async (prompt) => {
    await using session = await open({ onCrash: "fail" });
    const running = runTurn(client(), session.id, prompt);
    await collectUntil(client(), { sessionId: session.id, isLast: ({ type }) => type === "agent.system" });
    const peakMb = await watchPeak(session.id, running);
    expect((await running).turn, prompt).toMatchObject({ status: "failed", error: { code: "AGENT_SILENT" } });
    expect(peakMb, prompt).toBeLessThan(MAX_WRAPPER_MB);
    await requireUsable(session.id);
  });
  await Promise.all(silent);
});

verifies("agent.hangs-and-exits", "an agent that always exits fails its turn, with its exit code", async () => {
  await using session = await open();
  const { turn, events } = await runTurn(client(), session.id, "exit: 7");
  expect(turn).toMatchObject({ status: "failed", error: { code: "AGENT_EXITED" } });
  expect(turn.error?.message).toContain("code 7");
  expect(typesOf(events).filter((type) => type === "turn.resumed")).toHaveLength(3);
  await requireUsable(session.id);
});

verifies("agent.out-of-memory", "an agent that the kernel kills for want of memory is told apart", async () => {
  await using session = await open({ onCrash: "fail" });
  await limitMemory(session.id, 512);
  const { turn } = await runTurn(client(), session.id, "eat-memory");
  expect(turn).toMatchObject({ status: "failed", error: { code: "OUT_OF_MEMORY" } });
  const events = await collectUntil(client(), { sessionId: session.id, isLast: ({ type }) => endsSession(type) });
  expect(events.at(-1)).toMatchObject({ type: "session.failed", data: { reason: "oom" } });
  await requireUsable(session.id);
});

verifies("agent.out-of-memory", "a turn whose agent ran out of memory goes on in a new one", async () => {
  await using session = await open();
  await limitMemory(session.id, 512);
  const { text, events } = await runTurn(client(), session.id, "eat-memory-once");
  expect(text).toBe("went on");
  const resumed = events.find(({ type }) => type === "turn.resumed");
  expect(resumed?.data).toMatchObject({ error: { code: "OUT_OF_MEMORY" } });
});

verifies(
  "agent.out-of-memory",
  "a tool that the kernel kills is the tool's failure, and no later crash is it",
  async () => {
    await using session = await open({ onCrash: "fail" });
    await limitMemory(session.id, 512);
    expect((await runTurn(client(), session.id, "feed-tool: survived")).text).toBe("survived");
    const { turn } = await runTurn(client(), session.id, "exit: 9");
    expect(turn.error?.code).toBe("AGENT_EXITED");
  },
);

verifies("agent.out-of-memory", "a container that dies of want of memory as a whole is told apart", async () => {
  const limits = "/sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes";
  const eater = `#!/bin/sh
    until grep -qx ${64 * MIB} ${limits} 2>/dev/null; do sleep 0.1; done
    exec node -e 'const eaten = []; for (;;) eaten.push(Buffer.alloc(16e6, 1))'`;
  await using image = await buildImage({
    dockerfile: 'COPY eater /usr/local/bin/eater\nENTRYPOINT ["/usr/bin/tini", "--", "eater"]',
    files: { eater },
  });
  await using own = await startStack({ env: { SESSION_IMAGE: image.tag } });
  const { id: sessionId } = await own.client().sessions.create.mutate({});
  await waitUntil(() => findContainer(sessionId), { what: "the container" });
  await waitUntil(
    () =>
      limitMemory(sessionId, 64).then(
        () => true,
        () => false,
      ),
    { what: "the container to run" },
  );
  const events = await collectUntil(own.client(), { sessionId, isLast: ({ type }) => endsSession(type) });
  expect(events.at(-1)?.data).toMatchObject({ reason: "oom", error: { code: "OUT_OF_MEMORY" } });
});

async function limitMemory(sessionId: string, megabytes: number): Promise<void> {
  const Memory = megabytes * MIB;
  await (await containerOf(sessionId)).update({ Memory, MemorySwap: Memory });
}

/** The most that the wrapper had in memory while the turn ran; the container goes with it. */
async function watchPeak(sessionId: string, running: Promise<unknown>): Promise<number> {
  let peakMb = 0;
  let over = false;
  running.finally(() => (over = true)).catch(() => undefined);
  const look = async () => {
    peakMb = Math.max(peakMb, await wrapperPeakMb(sessionId).catch(() => 0));
    return over;
  };
  await waitUntil(look, { what: "the turn to end", deadlineMs: 25_000 });
  expect(peakMb).toBeGreaterThan(0);
  return peakMb;
}

/** The most that the wrapper has ever had in memory. */
async function wrapperPeakMb(sessionId: string): Promise<number> {
  const { stdout } = await runInside(
    sessionId,
    "cat /proc/$(pgrep -f wrapper.mjs -u wrapper | head -n 1)/status",
    "wrapper",
  );
  return Number(/VmHWM:\s+(\d+) kB/.exec(stdout)?.[1]) / 1024;
}
