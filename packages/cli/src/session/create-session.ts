import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@cc-docker/client";
import type { Session } from "@cc-docker/protocol";
import type { Output } from "../io.ts";

/** The answer holds the id by which the session can be removed: worth a moment, and no more. */
const GRACE_MS = 1000;

/**
 * Makes a session. Interrupted, it waits a second for the answer, so that whoever called can remove the session again.
 * @throws CcError of the gateway; the reason of the signal, once it was told that the session may still be made
 */
export async function createSession(
  client: Client,
  input: Parameters<Client["sessions"]["create"]["mutate"]>[0],
  { signal, stderr }: { signal: AbortSignal; stderr: Pick<Output, "write"> },
): Promise<Session> {
  signal.throwIfAborted();
  const givingUp = new AbortController();
  const answered = new AbortController();
  const giveUp = () => void leave();
  async function leave(): Promise<void> {
    await sleep(GRACE_MS, undefined, { signal: answered.signal }).catch(() => undefined);
    if (answered.signal.aborted) return;
    await stderr.write("The gateway may still make the session: `ccd ls` shows it, `ccd rm` removes it.\n");
    givingUp.abort(signal.reason);
  }
  signal.addEventListener("abort", giveUp);
  try {
    return await client.sessions.create.mutate(input, { signal: givingUp.signal });
  } finally {
    answered.abort();
    signal.removeEventListener("abort", giveUp);
  }
}
