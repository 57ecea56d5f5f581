import { describe, expect, it } from "vitest";
import { openTestCore, resultMessage } from "../core.test-helper.ts";
import { countEvent, countMove } from "./count-change.ts";

describe("the metrics", () => {
  it("count each change of a status once, with the row that allowed it", async () => {
    await using test = await openTestCore();
    const sessionId = await test.openSession();
    const turnId = await test.send(sessionId);
    await test.ingest(sessionId, resultMessage(turnId));
    await test.core.sessions.stop({ owner: "ann", sessionId });
    const { text } = await test.meter.render();
    const moves = text.split("\n").filter((line) => line.startsWith("cc_docker_session_moves_total"));
    expect(moves).toEqual([
      'cc_docker_session_moves_total{from="none",to="starting",reason="created"} 1',
      'cc_docker_session_moves_total{from="starting",to="idle",reason="ready"} 1',
      'cc_docker_session_moves_total{from="idle",to="running",reason="turn_started"} 1',
      'cc_docker_session_moves_total{from="running",to="idle",reason="turn_ended"} 1',
      'cc_docker_session_moves_total{from="idle",to="stopped",reason="requested"} 1',
    ]);
    expect(text).toContain('cc_docker_turns_total{status="completed"} 1');
  });

  it("count nothing of a change that is not durable", async () => {
    await using test = await openTestCore();
    const sessionId = await test.openSession();
    await expect(
      test.core.turns.send({ owner: "bob", sessionId, prompt: "hi", idempotencyKey: "k" }),
    ).rejects.toMatchObject({ code: "SESSION_NOT_FOUND" });
    expect((await test.meter.render()).text).not.toContain("turn_started");
  });

  it("name the code of what failed, whether a turn or a session", () => {
    const error = { code: "INSTANCE_LOST" };
    const labels = { code: "INSTANCE_LOST" };
    expect(countEvent("turn.failed", { error })).toEqual([
      { name: "cc_docker_turns_total", labels: { status: "failed" } },
      { name: "cc_docker_failures_total", labels: { of: "turn", ...labels } },
    ]);
    expect(countEvent("session.failed", { reason: "crashed", error })).toEqual([
      { name: "cc_docker_failures_total", labels: { of: "session", ...labels } },
    ]);
  });

  it("take nothing from what an agent says", () => {
    expect(countEvent("agent.result", { error: { code: "INSTANCE_LOST" } })).toEqual([]);
    expect(countEvent("turn.failed", { error: { code: "made up" } })).toHaveLength(1);
    const move = { from: "idle", to: "stopped", reason: "requested" } as const;
    expect(countMove(move)).toEqual([
      { name: "cc_docker_session_moves_total", labels: move },
      { name: "cc_docker_sessions_total", labels: { status: "stopped" } },
    ]);
  });
});
