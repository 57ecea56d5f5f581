/** From a command line to the UI: the client, the session it begins with, and the exit code. */
import { CcError, EXIT_CODES } from "@cc-docker/protocol";
import { findInterruption, type Io } from "../io.ts";
import { connect } from "../server/connect.ts";
import { findSession } from "../session/find-session.ts";

/** @throws CcError REQUEST_INVALID without a terminal; what `connect` and `findSession` throw */
export async function runUi(session: string | undefined, { env, screen, signal }: Io): Promise<number> {
  if (!screen)
    throw new CcError("REQUEST_INVALID", "The UI needs a terminal, and stdin or stdout is none: try --plain.");
  const client = await connect(env);
  const sessionId = session === undefined ? undefined : await findSession(client, session, signal);
  const { openUi } = await import("./open-ui.tsx");
  await openUi({ client, env, ...screen, directory: process.cwd(), signal, sessionId });
  return findInterruption(signal)?.exitCode ?? EXIT_CODES.ok;
}
