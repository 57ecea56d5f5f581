/** A session as it is shown: one pure function from its events to a view. */
import type { Event, GatewayEventType, SessionStatus, TurnStatus } from "@cc-docker/protocol";
import { countEvent } from "./activity.ts";
import { applyAssistant, applySystem, applyUser } from "./agent-messages.ts";
import { answerApproval, requestApproval, withdrawApproval } from "./approvals.ts";
import type { Draft } from "./draft.ts";
import { entriesBetween, entryAt, NO_ENTRIES } from "./entry-list.ts";
import {
  adoptTurn,
  endTurn,
  moveSession,
  proceed,
  queueTurn,
  resumeTurn,
  startTurn,
  waitForModel,
} from "./gateway-events.ts";
import { applyStreamEvent } from "./live.ts";
import { timeOf } from "./read-data.ts";
import { NO_USAGE } from "./usage.ts";
import type { SessionView, ViewOptions } from "./view.ts";
import type { ViewEntry } from "./view-entries.ts";

const DEFAULTS: Required<ViewOptions> = { maxEntries: 20_000, maxBytes: 64 * 1024 * 1024, activityMs: 5_000 };

/** A view that has seen nothing. It may also begin later in the log: feed it from any event on. */
function empty(options: ViewOptions = {}): SessionView {
  return {
    ...{ parked: false, lastSeq: 0, settled: NO_ENTRIES, live: [], dropped: 0, openApprovals: [], queued: [] },
    ...{ status: undefined, firstSeq: undefined, runningTurnId: undefined, waitingUntilMs: undefined },
    ...{
      model: "",
      permissionMode: "",
      turns: [],
      todos: [],
      usage: NO_USAGE,
      costUsd: 0,
      contextTokens: 0,
      activity: [],
    },
    options: { ...DEFAULTS, ...options },
    fold: {
      ...{ tools: [], approvals: [], messages: [], streams: [], promptPosition: undefined },
      ...{ bytes: 0, endedUsage: NO_USAGE, toldUsage: NO_USAGE, streamedTokens: 0 },
    },
  };
}

/**
 * The view after one more event of the same session. Pure, and it never throws, whatever an agent has written; control
 * and escape sequences stay in the texts, and whoever shows them makes them harmless.
 *
 * An event that was applied already, or that comes after a later one, changes nothing: the same view is returned. A gap
 * in the numbers is no mistake, for deltas are taken out of the log when their turn has ended. What a compacted log
 * gives is the same as what the deltas gave, but for `startedAtMs` of texts, the numbers of events in `activity`, and
 * when its characters came. Of a message that broke off only a log that has kept its deltas can tell.
 */
function apply(view: SessionView, event: Event): SessionView {
  return applyAll(view, [event]);
}

/** As `apply` for each event in turn, and quicker. */
function applyAll(view: SessionView, events: Iterable<Event>): SessionView {
  let draft: Draft | undefined;
  for (const event of events) {
    if (event.seq <= (draft ?? view).lastSeq) continue;
    draft ??= { ...view };
    draft.lastSeq = event.seq;
    countEvent(draft, timeOf(event.at));
    applyTo(draft, event);
  }
  return draft ?? view;
}

type Apply = (draft: Draft, event: Event) => void;

const endAs = (status: TurnStatus) => (draft: Draft, event: Event) => endTurn(draft, event, status);
const moveTo = (status: SessionStatus) => (draft: Draft, event: Event) => moveSession(draft, event, status);

const GATEWAY_EVENTS: Readonly<Record<GatewayEventType, Apply>> = {
  "session.starting": moveTo("starting"),
  "session.idle": moveTo("idle"),
  "session.running": moveTo("running"),
  "session.paused": moveTo("paused"),
  "session.stopped": moveTo("stopped"),
  "session.failed": moveTo("failed"),
  "turn.queued": queueTurn,
  "turn.started": startTurn,
  "turn.completed": endAs("completed"),
  "turn.failed": endAs("failed"),
  "turn.interrupted": endAs("interrupted"),
  "turn.cancelled": endAs("cancelled"),
  "turn.resumed": resumeTurn,
  "turn.waiting": waitForModel,
  "turn.proceeding": proceed,
  "approval.requested": requestApproval,
  "approval.answered": answerApproval,
  "approval.withdrawn": withdrawApproval,
};

/** Others that Claude Code has are not for people, or not known yet. */
const AGENT_MESSAGES: Readonly<Record<string, Apply>> = {
  "agent.stream_event": applyStreamEvent,
  "agent.assistant": applyAssistant,
  "agent.user": applyUser,
  "agent.system": applySystem,
};

const APPLY: Readonly<Record<string, Apply>> = { ...GATEWAY_EVENTS, ...AGENT_MESSAGES };

function applyTo(draft: Draft, event: Event): void {
  if (event.type.startsWith("agent.")) adoptTurn(draft, event);
  if (Object.hasOwn(APPLY, event.type)) APPLY[event.type]?.(draft, event);
}

/** How many entries there are, with those that stream in. */
function count({ settled, live }: SessionView): number {
  return settled.length + live.length;
}

/** By position, 0 the oldest that is kept; undefined beyond. Takes the same time wherever it is. */
function entryOf({ settled, live }: SessionView, index: number): ViewEntry | undefined {
  return index < settled.length ? entryAt(settled, index) : live[index - settled.length];
}

/** Entries from position `from` up to but without `to`; all of them when left out. */
function entries(view: SessionView, from = 0, to = count(view)): ViewEntry[] {
  const { settled, live } = view;
  const { length } = settled;
  return [...entriesBetween(settled, from, to), ...live.slice(Math.max(0, from - length), Math.max(0, to - length))];
}

/**
 * What is to be shown of a session, made of its events: start with `empty()` and `apply` each event of `followEvents`.
 * Views are plain data and immutable; what an event does not touch is the same object as before.
 */
export const sessionView = { empty, apply, applyAll, count, entryAt: entryOf, entries } as const;
