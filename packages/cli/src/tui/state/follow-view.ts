/** A session's view, as its events come. */
import { type Client, isCcError, type SessionId, type SessionView, sessionView } from "@cc-docker/client";
import type { CcError, Event } from "@cc-docker/protocol";

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

  /** Events are applied when somebody looks, many at a time. */
  function upToDate(): SessionView {
    if (pending.length > 0) view = sessionView.applyAll(view, pending);
    pending = [];
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
      for await (const event of client.followEvents({ sessionId, signal, onReconnect })) take(event);
    } catch (error) {
      if (!isCcError(error)) throw error;
      failure = error;
      onChange();
    }
  }

  void follow();
  return { view: upToDate, isAway: () => isAway, forgetAway: () => void (isAway = false), failure: () => failure };
}
