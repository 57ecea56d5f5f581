/**
 * A turn's span, from its acceptance to its end. It is made of the turn's row when that has ended: so a turn that
 * outlives its gateway has its span all the same, told by whichever sees the end.
 */
import type { TurnId } from "@cc-docker/protocol";
import type { Background } from "../../lib/background.ts";
import type { SpanAttributes, Tracer } from "../../lib/tracing/tracer.ts";
import type { Store, TurnRow } from "../../ports/store/store.ts";

export type TurnSpans = {
  /** These turns have ended, durably. */
  ended(ids: readonly TurnId[]): void;
};

export type TurnSpansDeps = { store: Pick<Store, "findTurn">; tracer: Tracer; background: Background };

export function createTurnSpans({ store, tracer, background }: TurnSpansDeps): TurnSpans {
  async function tell(id: TurnId): Promise<void> {
    const turn = await store.findTurn(id);
    if (!turn?.trace) return; // deleted with its session, or accepted while nobody wanted traces
    const startMs = Date.parse(turn.createdAt);
    tracer.record({
      name: "turn",
      kind: "internal",
      traceparent: turn.trace.own,
      parent: turn.trace.parent,
      startMs,
      endMs: Date.parse(turn.endedAt ?? turn.createdAt),
      attributes: describeTurn(turn),
      errorCode: turn.error?.code,
      moments: turn.startedAt === undefined ? [] : [{ name: "turn.started", atMs: Date.parse(turn.startedAt) }],
    });
  }

  return {
    ended(ids) {
      if (!tracer.isOn) return;
      for (const id of ids) background.run("turn span", () => tell(id));
    },
  };
}

/** Names of OpenTelemetry's conventions for generative AI where it has one. Nothing of what was said. */
function describeTurn({ id, sessionId, status, createdAt, startedAt, result }: TurnRow): SpanAttributes {
  const usage = result?.usage;
  return {
    "cc_docker.session.id": sessionId,
    "cc_docker.turn.id": id,
    "cc_docker.turn.status": status,
    "cc_docker.turn.queue_wait_ms": startedAt === undefined ? undefined : Date.parse(startedAt) - Date.parse(createdAt),
    "cc_docker.turn.cost_usd": result?.costUsd,
    "cc_docker.turn.api_calls": result?.apiCalls,
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.usage.input_tokens": usage?.inputTokens,
    "gen_ai.usage.output_tokens": usage?.outputTokens,
    "gen_ai.usage.cache_read.input_tokens": usage?.cacheReadTokens,
    "gen_ai.usage.cache_creation.input_tokens": usage?.cacheCreationTokens,
  };
}
