import { describe, expect, it } from "vitest";
import { type AgentMessage, readOutcome } from "./turn-outcome.ts";

/** As Claude Code 2.1.329 wrote it, without the fields that nobody here reads. */
const SUCCESS = {
  type: "result",
  subtype: "success",
  is_error: false,
  api_error_status: null,
  result: "hello",
  duration_ms: 149,
  duration_api_ms: 40,
  num_turns: 1,
  stop_reason: "end_turn",
  terminal_reason: "completed",
  total_cost_usd: 0.058332,
  usage: {
    input_tokens: 2658,
    cache_creation_input_tokens: 9532,
    cache_read_input_tokens: 0,
    output_tokens: 2,
    output_tokens_details: { thinking_tokens: 0 },
    service_tier: "standard",
  },
  permission_denials: [],
};

/** The subtype of a failed call is "success" too: only `is_error` tells. */
const FAILURE = {
  ...SUCCESS,
  is_error: true,
  stop_reason: "stop_sequence",
  terminal_reason: "api_error",
  api_error_status: 401,
  api_error_type: "authentication_error",
  result: "Failed to authenticate. API Error: 401 The script says to fail with 401.",
  usage: { ...SUCCESS.usage, input_tokens: 0, cache_creation_input_tokens: 0, output_tokens: 0 },
};

const outcomeOf = (message: AgentMessage, costBeforeUsd = 0) => readOutcome(message, costBeforeUsd, undefined).outcome;

describe("the outcome of a turn", () => {
  it("is completed with text, time, cost and tokens when Claude Code succeeded", () => {
    expect(outcomeOf(SUCCESS)).toEqual({
      status: "completed",
      result: {
        text: "hello",
        durationMs: 149,
        apiCalls: 1,
        costUsd: 0.058332,
        usage: { inputTokens: 2658, outputTokens: 2, cacheReadTokens: 0, cacheCreationTokens: 9532 },
      },
    });
  });

  it.each([
    { status: 401, code: "MODEL_AUTH_FAILED", retry: "never" },
    { status: 403, code: "MODEL_AUTH_FAILED", retry: "never" },
    { status: 429, code: "MODEL_RATE_LIMITED", retry: "later" },
    { status: 502, code: "MODEL_UNREACHABLE", retry: "later" },
    { status: 529, code: "MODEL_OVERLOADED", retry: "later" },
    { status: 500, code: "MODEL_FAILED", retry: "unknown" },
    { status: null, code: "MODEL_FAILED", retry: "unknown" },
  ])("is failed with $code when the model's service answered $status", ({ status, code, retry }) => {
    const outcome = outcomeOf({ ...FAILURE, api_error_status: status });
    expect(outcome).toMatchObject({ status: "failed", error: { code, retry, message: FAILURE.result } });
  });

  it("is failed, with what was spent until then, for every other kind of end", () => {
    const { result: _result, ...limits } = { ...SUCCESS, subtype: "error_max_turns", is_error: true };
    expect(outcomeOf({ ...limits, errors: ["too many", "turns"] })).toMatchObject({
      status: "failed",
      error: { code: "MODEL_FAILED", message: "too many; turns" },
      result: { text: "", costUsd: 0.058332 },
    });
    expect(outcomeOf(limits)).toMatchObject({ error: { message: "error_max_turns" } });
  });

  it("costs what the conversation's count has grown by", () => {
    expect(outcomeOf(SUCCESS, 0.05).result?.costUsd).toBeCloseTo(0.008332);
    expect(readOutcome(SUCCESS, 0.05, undefined).agentCostUsd).toBe(0.058332);
  });

  it("costs all of a count that began anew, as after a crash", () => {
    expect(outcomeOf({ ...SUCCESS, total_cost_usd: 0.01 }, 0.05).result?.costUsd).toBe(0.01);
  });

  it.each([
    ["requested", "TURN_INTERRUPTED"],
    ["request_timeout", "REQUEST_TIMEOUT"],
  ] as const)("is interrupted when it was told to end (%s) and did, with what was spent", (reason, code) => {
    const aborted = { ...SUCCESS, subtype: "error_during_execution", is_error: true, result: undefined };
    const { outcome } = readOutcome(aborted, 0, reason);
    expect(outcome).toMatchObject({ status: "interrupted", error: { code }, result: { costUsd: 0.058332 } });
    expect(readOutcome(SUCCESS, 0, reason).outcome.status).toBe("completed"); // it was done by then
  });

  it("takes nothing from fields that are not what they should be", () => {
    const zero = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheCreationTokens: 0 };
    for (const garbage of [null, "text", -1, Number.NaN, Number.POSITIVE_INFINITY, [], {}, true]) {
      const fields = Object.fromEntries(Object.keys(SUCCESS).map((name) => [name, garbage]));
      const { result } = outcomeOf({ ...fields, type: "result" });
      expect(result).toMatchObject({ durationMs: 0, costUsd: 0, usage: zero });
    }
    expect(outcomeOf({ type: "result" })).toMatchObject({ status: "failed", error: { code: "MODEL_FAILED" } });
  });

  it("keeps a message of any length short", () => {
    const outcome = outcomeOf({ ...FAILURE, result: "x".repeat(1_000_000) });
    expect("error" in outcome && outcome.error.message.length).toBe(2000);
  });
});
