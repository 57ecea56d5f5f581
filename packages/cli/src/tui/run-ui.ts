/** From a command line to the UI: the client, the session it begins with, and the exit code. */
import { CcError, EXIT_CODES } from "@cc-docker/protocol";
import { connectOrOffer } from "../first-run/connect-or-offer.ts";
import { findInterruption, type Io } from "../io.ts";
import { printableLine } from "../output/printable.ts";
import { findSession } from "../session/find-session.ts";

/** @throws CcError REQUEST_INVALID without a terminal; what `connectOrOffer` and `findSession` throw */
export async function runUi(session: string | undefined, io: Io): Promise<number> {
  const { env, cwd: directory, screen, signal } = io;
  if (!screen)
    throw new CcError("REQUEST_INVALID", "The UI needs a terminal, and stdin or stdout is none: try --plain.");
  const client = await connectOrOffer({ env, ...screen, signal });
  if (!client) return EXIT_CODES.ok;
  const sessionId = session === undefined ? undefined : await findSession(client, session, io);
  const { openUi } = await import("./open-ui.tsx");
  const unsent = await openUi({ client, env, ...screen, directory, signal, sessionId });
  for (const { sessionId: id, text } of unsent) {
    const way = `\`ccd send ${id}\` sends it, \`ccd logs ${id}\` shows whether it came all the same`;
    await io.stderr.write(`Not sent, as the gateway did not answer (${way}): ${printableLine(text, 200)}\n`);
  }
  return findInterruption(signal)?.exitCode ?? EXIT_CODES.ok;
}
