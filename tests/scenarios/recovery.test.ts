/** What a session lives through: its agent's, wrapper's and container's death, an engine's absence, and rest. */
import { type Client, type Event, endsTurn } from "@cc-docker/client";
import { expect } from "vitest";
import { containerOf, ENGINE_SOCKET, engine, findContainer, runInside, volumesOf } from "../harness/engine.ts";
import { startFaultProxy } from "../harness/fault-proxy.ts";
import { collectUntil, openSession, runTurn } from "../harness/run-turn.ts";
import { shareStack, startStack } from "../harness/start-stack.ts";
import { waitUntil } from "../harness/wait-until.ts";
import { verifies } from "../verifies.ts";

const stack = shareStack();

/** What is promised: a death is known by then, and costs so many calls of the model. */
const [DETECTED_MS, EXTRA_CALLS] = [10_000, 1];

const KILLS = {
  "the agent": (id: string) => runInside(id, "pkill -9 -x claude"),
  "the wrapper": (id: string) => runInside(id, "pkill -9 -f wrapper.mjs", "wrapper"),
  "the container": async (id: string) => (await containerOf(id)).kill(),
  "the container, removed behind our back,": async (id: string) => (await containerOf(id)).remove({ force: true }),
};

for (const [victim, kill] of Object.entries(KILLS)) {
  verifies(
    "turn.recovers",
    `when ${victim} dies it is known within 10 s, and the turn goes on where it was with at most one more call of the model`,
    async () => {
      const client = stack().client();
      await using session = await openSession(client);
      const marker = `after ${victim.length}`;
      const prompt = `bash: echo once >> log.txt\nwait: 3s\nsay: ${marker}`;
      const UNDISTURBED_CALLS = 2; // one for the tool, one for the answer
      const running = runTurn(client, session.id, prompt);
      await untilToolAnswered(client, session.id);
      await kill(session.id);
      const isResumed = ({ type }: Event) => type === "turn.resumed";
      await collectUntil(client, { sessionId: session.id, isLast: isResumed, deadlineMs: DETECTED_MS });
      const { turn, text, events } = await running;
      expect([turn.status, text]).toEqual(["completed", marker]);
      expect(typesOf(events).filter((type) => type === "turn.resumed")).toHaveLength(1);
      expect(countCalls(prompt)).toBeLessThanOrEqual(UNDISTURBED_CALLS + EXTRA_CALLS);
      expect((await runInside(session.id, "cat /workspace/log.txt")).stdout).toBe("once\n");
      expect((await runTurn(client, session.id, "say: the next")).text).toBe("the next");
    },
  );
}

verifies("turn.recovers", "a prompt that the agent had not taken yet is handed to the next one", async () => {
  const client = stack().client();
  await using session = await openSession(client);
  await runInside(session.id, "pkill -STOP -f '[w]rapper.mjs'", "wrapper"); // the prompt waits in the link
  const { id: turnId } = await client.chat.send.mutate({ sessionId: session.id, prompt: "say: in the end" });
  await (await containerOf(session.id)).kill();
  const events = await collectUntil(client, {
    sessionId: session.id,
    isLast: (event) => endsTurn(event.type) && event.turnId === turnId,
  });
  expect(events.at(-1)).toMatchObject({ type: "turn.completed", data: { result: { text: "in the end" } } });
  expect(countCalls("say: in the end")).toBe(1);
});

verifies("turn.recovers", "a turn outlives an engine that goes away with its container", async () => {
  const path = `/tmp/ccd-engine-${process.pid}-recovery.sock`;
  await using proxy = await startFaultProxy({ to: { path: ENGINE_SOCKET }, at: { path } });
  await using own = await startStack({ env: { DOCKER_HOST: `unix://${path}` } });
  const client = own.client();
  const { id } = await openSession(client);
  const running = runTurn(client, id, "bash: echo hi\nwait: 2s\nsay: still here");
  await untilToolAnswered(client, id);
  const container = await containerOf(id);
  proxy.refuse(true);
  proxy.cutAll();
  await container.kill();
  await waitUntil(async () => (await client.sessions.get.query({ sessionId: id })).status === "starting", {
    what: "the loss to be noticed",
    deadlineMs: 20_000,
  });
  proxy.refuse(false);
  expect((await running).text).toBe("still here");
});

verifies(
  "session.wakes",
  "a prompt wakes a stopped session: workspace, conversation and files of the agent are there",
  async () => {
    const client = stack().client();
    await using session = await openSession(client, { model: "opus" });
    await runTurn(client, session.id, "bash: echo kept > note.txt\nsay: the first answer");
    await client.sessions.stop.mutate({ sessionId: session.id });
    expect(await findContainer(session.id)).toBeUndefined();
    const { text } = await runTurn(client, session.id, "bash: cat note.txt\nsay: the second answer");
    expect(text).toBe("the second answer");
    expect(lastCall()).toMatchObject({ model: expect.stringContaining("opus") });
    expect(JSON.stringify(lastCall())).toContain("the first answer");
    expect((await runInside(session.id, "cat /workspace/note.txt")).stdout).toBe("kept\n");
  },
);

verifies("session.wakes", "a session whose container and volumes are gone still resumes its conversation", async () => {
  const client = stack().client();
  await using session = await openSession(client);
  await runTurn(client, session.id, "say: remember me");
  await client.sessions.stop.mutate({ sessionId: session.id });
  for (const name of await volumesOf(session.id)) await engine.getVolume(name).remove({ force: true });
  expect((await runTurn(client, session.id, "say: back")).text).toBe("back");
  expect(JSON.stringify(lastCall())).toContain("remember me");
});

verifies("session.timeouts", "an idle session is stopped, and the next prompt wakes it", async () => {
  const client = stack().client();
  await using session = await openSession(client, { idleTimeout: 0.3 });
  const events = await collectUntil(client, {
    sessionId: session.id,
    isLast: ({ type }) => type === "session.stopped",
  });
  expect(events.at(-1)?.data).toEqual({ reason: "idle_timeout" });
  expect((await runTurn(client, session.id, "say: woken")).text).toBe("woken");
});

verifies("session.timeouts", "a turn that takes too long is interrupted, and the session is usable", async () => {
  const client = stack().client();
  await using session = await openSession(client, { requestTimeout: 1 });
  const { turn } = await runTurn(client, session.id, "stall: 60s");
  expect(turn).toMatchObject({ status: "interrupted", error: { code: "REQUEST_TIMEOUT" } });
  expect((await runTurn(client, session.id, "say: next")).text).toBe("next");
});

verifies(
  "turn.interrupts",
  "an interrupted turn ends at once, what it did stays, and the session is usable",
  async () => {
    const client = stack().client();
    await using session = await openSession(client);
    const running = runTurn(client, session.id, "bash: echo done > half.txt\nstall: 60s");
    await untilToolAnswered(client, session.id);
    await client.chat.interrupt.mutate({ sessionId: session.id });
    const { turn } = await running;
    expect(turn).toMatchObject({ status: "interrupted", error: { code: "TURN_INTERRUPTED" } });
    expect((await runInside(session.id, "cat /workspace/half.txt")).stdout).toBe("done\n");
    expect((await runTurn(client, session.id, "say: next")).text).toBe("next");
    await expect(client.chat.interrupt.mutate({ sessionId: session.id })).rejects.toMatchObject({
      code: "NO_TURN_RUNNING",
    });
  },
);

verifies(
  "turn.interrupts",
  "a turn that is interrupted as soon as it is sent ends as well, and a waiting one never runs",
  async () => {
    const client = stack().client();
    await using session = await openSession(client);
    const { id: sessionId } = session;
    const first = await client.chat.send.mutate({ sessionId, prompt: "stall: 61s" });
    const second = await client.chat.send.mutate({ sessionId, prompt: "say: never asked" });
    const [, cancelled] = await Promise.all([
      client.chat.interrupt.mutate({ sessionId, turnId: first.id }),
      client.chat.interrupt.mutate({ sessionId, turnId: second.id }),
    ]);
    expect(cancelled).toMatchObject({ status: "cancelled", error: { code: "TURN_INTERRUPTED" } });
    const events = await collectUntil(client, {
      sessionId,
      isLast: ({ type, turnId }) => endsTurn(type) && turnId === first.id,
    });
    expect(events.at(-1)?.type).toBe("turn.interrupted");
    expect((await runTurn(client, sessionId, "say: next")).text).toBe("next");
    expect(countCalls("say: never asked")).toBe(0);
  },
);

verifies(
  "turn.watched",
  "a model that falls silent in the middle of an answer does not hold the session up",
  async () => {
    await using own = await startStack({ env: { HANG_TIMEOUT: "4" } });
    const client = own.client();
    const { id } = await openSession(client);
    const { turn } = await runTurn(client, id, "say: so far\nstall: 60s");
    expect(turn).toMatchObject({ status: "interrupted", error: { code: "AGENT_SILENT" }, result: { text: "so far" } });
    expect((await runTurn(client, id, "say: next")).text).toBe("next");
  },
);

verifies("turn.watched", "a tool that calls the model is not ended, and one that is silent is", async () => {
  await using own = await startStack({ env: { HANG_TIMEOUT: "3" } });
  const client = own.client();
  await using session = await openSession(client);
  const call = "curl -s -o /dev/null -d '{}' http://127.0.0.1:8377/v1/messages/count_tokens";
  const busy = await runTurn(client, session.id, `bash: for i in 1 2 3 4 5 6 7; do ${call}; sleep 1; done\nsay: done`);
  expect(busy.text).toBe("done");
  const silent = await runTurn(client, session.id, "bash: timeout 25 tail -f /dev/null\nsay: never");
  expect(silent.turn).toMatchObject({ status: "interrupted", error: { code: "AGENT_SILENT" } });
  expect((await runTurn(client, session.id, "say: next")).text).toBe("next");
});

verifies("turn.watched", "an agent that hangs is killed, and its turn goes on in a new one", async () => {
  await using own = await startStack({ env: { HANG_TIMEOUT: "1.5" } });
  const client = own.client();
  const { id } = await openSession(client);
  const running = runTurn(client, id, "bash: echo once >> log.txt\nwait: 1s\nsay: at last");
  await untilToolAnswered(client, id);
  await runInside(id, "pkill -STOP -x claude");
  const { events, text } = await running;
  expect(text).toBe("at last");
  expect(typesOf(events)).toContain("turn.resumed");
  expect((await runInside(id, "cat /workspace/log.txt")).stdout).toBe("once\n");
});

const typesOf = (events: readonly Event[]) => events.map(({ type }) => type);

async function untilToolAnswered(client: Client, sessionId: string): Promise<void> {
  await collectUntil(client, { sessionId, isLast: ({ type }) => type === "agent.user" });
}

/** Calls of the model whose conversation holds this prompt. */
function countCalls(prompt: string): number {
  const needle = JSON.stringify(prompt).slice(1, -1);
  return stack().model.journal.requests.filter(({ body }) => JSON.stringify(body)?.includes(needle)).length;
}

function lastCall(): { model?: string } {
  return stack().model.journal.requests.at(-1)?.body as { model?: string };
}
