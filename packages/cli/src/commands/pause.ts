import { EXIT_CODES } from "@cc-docker/protocol";
import type { Io } from "../io.ts";
import { connect } from "../server/connect.ts";
import { findSession } from "../session/find-session.ts";

/** Prints the whole id, for it may have been given in part. */
export async function pause({ session }: { session: string }, { env, stdout, signal }: Io): Promise<number> {
  const client = await connect(env);
  const sessionId = await findSession(client, session, signal);
  const { status } = await client.sessions.pause.mutate({ sessionId }, { signal });
  await stdout.write(`${sessionId} ${status}\n`);
  return EXIT_CODES.ok;
}
