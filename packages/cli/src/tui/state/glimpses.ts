/** What a session is about and what it said last, for the list: from the ends of its log, without following it. */
import {
  type ActivitySample,
  type Client,
  type Session,
  type SessionId,
  type SessionView,
  sessionView,
  type ViewEntry,
} from "@cc-docker/client";
import { FIRST_EVENTS, firstPrompt, MAX_TITLE_CHARS } from "../../session/read-titles.ts";

/** Enough for the newest words and some activity. */
const LAST_EVENTS = 100;
/** The others have their turn when the list is asked for next. */
const MOST_AT_ONCE = 30;
/** Words that lie further back are of another time. */
const MOST_ENTRIES = 50;
/** As many as any list has room for. */
const MOST_COSTS = 20;

export type Glimpse = {
  /** The first prompt; empty before there is one. */
  readonly title: string;
  readonly lastLine: string;
  readonly activity: readonly ActivitySample[];
  /** What its newest turns have cost, in US dollars, oldest first. */
  readonly costs: readonly number[];
};

export type Glimpses = {
  /** What is known by now; the newest may still be on its way. */
  of(session: Session): Glimpse;
  /** Has a look at those that have changed since the last one. */
  look(sessions: readonly Session[]): void;
  /** What is known from elsewhere, until the next look. */
  learn(id: SessionId, glimpse: Glimpse): void;
  /** The others are gone for ever. */
  keepOnly(ids: ReadonlySet<SessionId>): void;
};

export type GlimpsesOptions = { client: Client; signal: AbortSignal; onChange: () => void };

const NOTHING: Glimpse = { title: "", lastLine: "", activity: [], costs: [] };

export function createGlimpses({ client, signal, onChange }: GlimpsesOptions): Glimpses {
  const known = new Map<SessionId, { seq: number; glimpse: Glimpse }>();
  let isLooking = false;

  async function look(sessions: readonly Session[]): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    const changed = sessions.filter(({ id, lastSeq }) => known.get(id)?.seq !== lastSeq).slice(0, MOST_AT_ONCE);
    // The list says that the gateway is away, and a session that is gone leaves the list: nothing is to be told here.
    await Promise.allSettled(changed.map(lookAt));
    isLooking = false;
    if (changed.length > 0) onChange();
  }

  async function lookAt({ id: sessionId, lastSeq }: Session): Promise<void> {
    const before = known.get(sessionId)?.glimpse ?? NOTHING;
    const page = (after: number, limit: number) => client.events.list.query({ sessionId, after, limit }, { signal });
    const [first, last] = await Promise.all([
      before.title === "" ? page(0, FIRST_EVENTS) : { events: [] },
      page(Math.max(0, lastSeq - LAST_EVENTS), LAST_EVENTS),
    ]);
    const view = sessionView.applyAll(sessionView.empty(), last.events);
    const title = before.title || ownCopy(firstPrompt([...first.events, ...last.events]));
    const lastLine = ownCopy(lastLineOf(view));
    const glimpse = { title, lastLine, activity: view.activity, costs: costsOf(view) };
    known.set(sessionId, { seq: lastSeq, glimpse });
  }

  function learn(id: SessionId, { title, lastLine, activity, costs }: Glimpse): void {
    const glimpse = { title: ownCopy(title), lastLine: ownCopy(lastLine), activity, costs };
    known.set(id, { seq: known.get(id)?.seq ?? 0, glimpse });
  }

  function keepOnly(ids: ReadonlySet<SessionId>): void {
    for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
  }

  return {
    learn,
    of: ({ id }) => known.get(id)?.glimpse ?? NOTHING,
    look: (sessions) => void look(sessions),
    keepOnly,
  };
}

/** Of the turns that have ended. */
export function costsOf({ turns }: SessionView): readonly number[] {
  const ended = turns.filter(({ endedAtMs }) => endedAtMs !== undefined);
  return ended.slice(-MOST_COSTS).map(({ costUsd }) => costUsd);
}

/** A part of a text, as V8 has it, keeps the whole in memory. */
function ownCopy(text: string): string {
  return Buffer.from(text).toString();
}

/** The newest words of the agent, or the tool that it uses; empty while there are none. */
export function lastLineOf(view: SessionView): string {
  const count = sessionView.count(view);
  for (let at = count - 1; at >= Math.max(0, count - MOST_ENTRIES); at -= 1) {
    const entry = sessionView.entryAt(view, at);
    const words = entry && wordsOf(entry);
    if (words) return words;
  }
  return "";
}

function wordsOf(entry: ViewEntry): string {
  if (entry.kind === "tool") return entry.status === "running" ? `${entry.name}…` : "";
  if (entry.kind === "approval") return entry.state === "open" ? `asks to use ${entry.toolName}` : "";
  if (entry.kind !== "text") return "";
  return (
    entry.text
      .slice(-MAX_TITLE_CHARS)
      .split("\n")
      .findLast((line) => line.trim() !== "") ?? ""
  );
}
