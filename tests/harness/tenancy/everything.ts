/** All that an owner can have, for tests that ask for it as somebody else. */
import { randomUUID } from "node:crypto";
import type { Client } from "@cc-docker/client";
import { untilAsked } from "../approvals.ts";
import { openSession } from "../run-turn.ts";

/** What a call may name. */
export type Ids = { sessionId: string; turnId: string; approvalId: string };

export type Answer = { status?: number; type?: string | null; body: string };

/** One thing that may be asked of the gateway. */
export type Way = {
  name: string;
  names: readonly (keyof Ids)[];
  /** The status of a refusal to who has no good token, where there is one. */
  refused?: number;
  /** Asks in the name of the token's owner, of nobody without. Ids do not show in the answer, nor the request's own. */
  ask(ids: Ids, token: string | undefined): Promise<Answer>;
};

/** What does not exist. */
export const NOTHING: Ids = { sessionId: randomUUID(), turnId: randomUUID(), approvalId: randomUUID() };

/** A session with a turn that waits for an answer. */
export async function makeEverything(client: Client): Promise<{ ids: Ids } & AsyncDisposable> {
  const session = await openSession(client, { permissionMode: "ask" });
  const { id: turnId } = await client.chat.send.mutate({
    sessionId: session.id,
    prompt: "bash: touch asked.txt\nsay: done",
  });
  const { id: approvalId } = await untilAsked(client, session.id);
  return { ids: { sessionId: session.id, turnId, approvalId }, [Symbol.asyncDispose]: session[Symbol.asyncDispose] };
}

/** Each id is named by its kind, and the request's own is left out, so that two answers can be compared. */
export function hideIds(text: string, ids: Ids): string {
  const comparable = text.replace(/"requestId":"[^"]*"/, "");
  return Object.entries(ids).reduce((hidden, [name, id]) => hidden.replaceAll(id, `<${name}>`), comparable);
}

/** Which ids are in what `say` makes of them. */
export function namesIn(say: (ids: Ids) => string): (keyof Ids)[] {
  const said = say(NOTHING);
  return (Object.keys(NOTHING) as (keyof Ids)[]).filter((name) => said.includes(NOTHING[name]));
}
