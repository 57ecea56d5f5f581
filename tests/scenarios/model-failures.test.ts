import type { Client, ErrorCode } from "@cc-docker/client";
import { expect } from "vitest";
import { collectUntil, openSession, runTurn } from "../harness/run-turn.ts";
import { shareStack, startStack } from "../harness/start-stack.ts";
import { verifies } from "../verifies.ts";

const stack = shareStack();

const FAILURES: { script: string; code: ErrorCode; mostCalls: number }[] = [
  { script: "fail: 401 always", code: "MODEL_AUTH_FAILED", mostCalls: 2 },
  { script: "fail: 403 always", code: "MODEL_AUTH_FAILED", mostCalls: 2 },
  { script: "fail: 429 always", code: "MODEL_RATE_LIMITED", mostCalls: 4 },
  { script: "fail: 529 always", code: "MODEL_OVERLOADED", mostCalls: 4 },
  { script: "fail: 500 always", code: "MODEL_FAILED", mostCalls: 4 },
];

verifies(
  "error.model",
  "each refusal of the model ends its turn with its own error, and the session goes on",
  async () => {
    const client = stack().client();
    await using session = await openSession(client);
    for (const { script, code, mostCalls } of FAILURES) {
      stack().model.journal.clear();
      await requireFailedTurn(client, session.id, script, code);
      expect(stack().model.journal.requests.length, script).toBeLessThanOrEqual(mostCalls);
      expect((await runTurn(client, session.id, `say: usable after ${code}`)).text).toBe(`usable after ${code}`);
    }
  },
);

verifies(
  "error.model",
  "a model that does not exist fails the turn by its name, and the session is usable",
  async () => {
    const client = stack().client();
    await using session = await openSession(client, { model: "no-such-model" });
    for (const prompt of ["say: first", "say: second"]) {
      const { turn } = await runTurn(client, session.id, prompt);
      expect(turn).toMatchObject({ status: "failed", error: { code: "MODEL_NOT_FOUND" } });
      expect(turn.error?.message).toContain("no-such-model");
    }
    expect((await client.sessions.get.query({ sessionId: session.id })).status).toBe("idle");
  },
);

verifies(
  "error.model",
  "a model that cannot be reached ends the turn, and the session goes on when it is back",
  async () => {
    await using own = await startStack({ env: { ANTHROPIC_BASE_URL: "http://127.0.0.1:9" } });
    await using session = await openSession(own.client());
    await requireFailedTurn(own.client(), session.id, "say: anybody?", "MODEL_UNREACHABLE");
    expect((await own.client().sessions.get.query({ sessionId: session.id })).status).toBe("idle");
  },
);

verifies("error.model-passing", "two refusals in passing and a broken answer cost time and not the turn", async () => {
  await using own = await startStack({ env: { MODEL_MAX_RETRIES: "3" } });
  await using session = await openSession(own.client());
  expect((await runTurn(own.client(), session.id, "fail: 529 twice\nsay: third time")).text).toBe("third time");
  expect((await runTurn(own.client(), session.id, "say: half\ncut: once\nsay: whole")).text).toMatch(/^half\s+whole$/);
});

verifies("model.rate-limit", "a limit that says when it ends is waited for, and the turn is not late", async () => {
  await using own = await startStack({ env: { HANG_TIMEOUT: "4", MODEL_MAX_RETRIES: "0" } });
  const client = own.client();
  await using session = await openSession(client, { requestTimeout: 7 });
  const beganAt = performance.now();
  const { text, events } = await runTurn(client, session.id, "fail: 429 twice retry-after 5\nsay: in the end");
  expect(text).toBe("in the end");
  expect(performance.now() - beganAt).toBeGreaterThan(9900);
  const waits = events.filter(({ type }) => type === "turn.waiting" || type === "turn.proceeding");
  expect(waits.map(({ type }) => type)).toEqual(["turn.waiting", "turn.proceeding", "turn.waiting", "turn.proceeding"]);
  expect(waits[0]?.data).toMatchObject({ reason: "rate_limit", until: expect.stringMatching(/^\d{4}-.*Z$/) });
  expect(own.model.journal.requests.map(({ status }) => status).filter(Boolean)).toEqual([429, 429, 200]);
  // by its last field the broker knows that the answer may begin with pings
  expect(JSON.stringify(own.model.journal.requests.at(-1)?.body)).toMatch(/,"stream":true}$/);
});

verifies(
  "model.rate-limit",
  "while one session has met the limit, no other calls the model, and then all do",
  async () => {
    await using own = await startStack();
    const client = own.client();
    await using limited = await openSession(client);
    await using other = await openSession(client);
    const first = runTurn(client, limited.id, "fail: 429 once retry-after 4\nsay: first");
    await collectUntil(client, { sessionId: limited.id, isLast: ({ type }) => type === "turn.waiting" });
    const second = runTurn(client, other.id, "say: second");
    await collectUntil(client, { sessionId: other.id, isLast: ({ type }) => type === "turn.waiting" });
    expect(own.model.journal.prompts()).not.toContain("say: second");
    expect([(await first).text, (await second).text]).toEqual(["first", "second"]);
  },
);

verifies("model.rate-limit", "a turn that waits is interrupted at once, and calls the model no more", async () => {
  await using own = await startStack();
  const client = own.client();
  await using session = await openSession(client);
  const running = runTurn(client, session.id, "fail: 429 once retry-after 3600\nsay: never");
  await collectUntil(client, { sessionId: session.id, isLast: ({ type }) => type === "turn.waiting" });
  await client.chat.interrupt.mutate({ sessionId: session.id });
  expect((await running).turn).toMatchObject({ status: "interrupted", error: { code: "TURN_INTERRUPTED" } });
  expect(own.model.journal.requests.filter(({ status }) => status === 200)).toEqual([]);
});

verifies("model.rate-limit", "a limit that lasts too long fails the turn at once and says until when", async () => {
  await using own = await startStack({ env: { RATE_LIMIT_MAX_WAIT: "60", MODEL_MAX_RETRIES: "10" } });
  await using session = await openSession(own.client());
  const { turn } = await runTurn(own.client(), session.id, "fail: 429 always retry-after 3600");
  expect(turn).toMatchObject({ status: "failed", error: { code: "MODEL_RATE_LIMITED" } });
  expect(turn.error?.message).toMatch(/until \d{4}-\d\d-\d\dT/);
  expect(own.model.journal.requests.filter(({ status }) => status === 429)).toHaveLength(1);
});

async function requireFailedTurn(client: Client, sessionId: string, script: string, code: ErrorCode): Promise<void> {
  const { turn, events } = await runTurn(client, sessionId, script);
  expect(turn).toMatchObject({ status: "failed", error: { code, hint: expect.stringMatching(/\w/) } });
  expect(events.at(-1)).toMatchObject({ type: "turn.failed", data: { error: { code } } });
}
