import type { Client, ErrorCode } from "@cc-docker/client";
import { expect } from "vitest";
import { openSession, runTurn } from "../harness/run-turn.ts";
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

async function requireFailedTurn(client: Client, sessionId: string, script: string, code: ErrorCode): Promise<void> {
  const { turn, events } = await runTurn(client, sessionId, script);
  expect(turn).toMatchObject({ status: "failed", error: { code, hint: expect.stringMatching(/\w/) } });
  expect(events.at(-1)).toMatchObject({ type: "turn.failed", data: { error: { code } } });
}
