import { type Event, SessionId, TurnId } from "@cc-docker/protocol";
import { expect, it } from "vitest";
import { createHistory } from "../../tests/harness/history/history.ts";
import { countHistory } from "./count-history.ts";

it("prompts and events count once, acknowledgements and deliveries each time", () => {
  const sessionId = SessionId.parse("6f3f2c1e-0000-4000-8000-000000000001");
  const turnId = TurnId.parse("7a3f2c1e-0000-4000-8000-000000000001");
  const end: Event = { seq: 1, sessionId, turnId, type: "turn.completed", at: "2026-01-01T00:00:00.000Z", data: {} };
  const history = createHistory();
  history.called({ sessionId, key: "k", prompt: "say: x" });
  history.refused({ sessionId, key: "k", code: "SERVER_UNREACHABLE" });
  history.called({ sessionId, key: "k", prompt: "say: x" });
  history.acknowledged({ sessionId, key: "k", turnId });
  history.acknowledged({ sessionId, key: "k", turnId });
  history.delivered("a", end);
  history.delivered("b", end);
  expect(countHistory(history)).toEqual({
    sessions: 1,
    prompts: 1,
    acknowledgements: 2,
    events: 1,
    deliveries: 2,
    "refused with SERVER_UNREACHABLE": 1,
    "turn.completed": 1,
  });
});
