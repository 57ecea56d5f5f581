/** A session's view, as its events come. */
import { type Client, isCcError, type SessionId, type SessionView, sessionView } from "@cc-docker/client";
import { CcError, type Event } from "@cc-docker/protocol";

export type FollowedView = {
  view(): SessionView;
  /** The gateway cannot be reached, and is asked again and again. */
  isAway(): boolean;
  /** The gateway is known to answer again. */
  forgetAway(): void;
  /** Why no more events come, ever: it was removed, for one. */
  failure(): CcError | undefined;
};

export type FollowViewOptions = {
  client: Client;
  id: SessionId;
  signal: AbortSignal;
  onEvent: (event: Event) => void;
  onChange: () => void;
};

/** Of a session that nobody looks at. */
const MOST_PENDING = 1000;

export function followView({ client, id: sessionId, signal, onEvent, onChange }: FollowViewOptions): FollowedView {
  let view = sessionView.empty();
  let pending: Event[] = [];
  let isAway = false;
  let failure: CcError | undefined;
  const ending = new AbortController();
  const until = AbortSignal.any([signal, ending.signal]);

  /** Events are applied when somebody looks, many at a time. */
  function upToDate(): SessionView {
    const events = pending;
    pending = [];
    if (events.length === 0) return view;
    try {
      view = sessionView.applyAll(view, events);
    } catch (error) {
      end(error);
    }
    return view;
  }

  function take(event: Event): void {
    pending.push(event);
    if (pending.length >= MOST_PENDING) upToDate();
    isAway = false;
    onEvent(event);
    onChange();
  }

  function onReconnect(): void {
    isAway = true;
    onChange();
  }

  async function follow(): Promise<void> {
    try {
      for await (const event of client.followEvents({ sessionId, signal: until, onReconnect })) take(event);
    } catch (error) {
      end(error);
    }
  }

  /** A defect in here ends one session's view, not the whole UI. */
  function end(error: unknown): void {
    failure ??= isCcError(error) ? error : defectOf(error);
    ending.abort();
    onChange();
  }

  void follow();
  return { view: upToDate, isAway: () => isAway, forgetAway: () => void (isAway = false), failure: () => failure };
}

function defectOf(cause: unknown): CcError {
  const message = `The session can be shown no further, by a defect of ccd: ${(cause as Error).message}. It goes on: \`ccd logs -f SESSION\` follows it.`;
  return new CcError("INTERNAL", message, { cause });
}
