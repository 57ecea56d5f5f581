import { EXIT_CODES } from "@cc-docker/protocol";
import type { Io } from "../io.ts";
import { formatFailure } from "../output/describe-error.ts";
import { connect } from "../server/connect.ts";
import { findSessions } from "../session/find-session.ts";

/** Removes nothing unless every name is understood; then all at once, and what fails does not keep the others. */
export async function remove(
  { sessions }: { sessions: string[] },
  { env, stdout, stderr, signal }: Io,
): Promise<number> {
  const client = await connect(env);
  const ids = new Set(await findSessions(client, sessions, signal));
  const removals = [...ids].map(async (sessionId) => {
    await client.sessions.delete.mutate({ sessionId }, { signal });
    await stdout.write(`${sessionId} removed\n`);
  });
  const ends = await Promise.allSettled(removals);
  const [first, ...others] = ends.filter((end) => end.status === "rejected");
  for (const { reason } of others) await stderr.write(formatFailure(reason, { json: false, debug: false }));
  if (first) throw first.reason;
  return EXIT_CODES.ok;
}
