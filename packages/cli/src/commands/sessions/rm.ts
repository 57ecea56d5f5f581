import { EXIT_CODES } from "@cc-docker/protocol";
import { defineCommand, type Json, sessionsArgument } from "../../command.ts";
import type { Io } from "../../io.ts";
import { formatFailure } from "../../output/describe-error.ts";
import { printResult } from "../../output/print-result.ts";
import { connect } from "../../server/connect.ts";
import { findSessions } from "../../session/find-session.ts";

type RmInput = { session: string[] } & Json;

export const rmCommand = defineCommand<RmInput>({
  name: "rm",
  group: "sessions",
  summary: "remove sessions with their containers, files and logs",
  details:
    "Nothing is removed unless every word is understood. What runs is ended; none of it comes back, but a directory of yours that a session worked in stays as it is.",
  arguments: [sessionsArgument()],
  json: 'print `{"id", "removed": true}` for each as a line of JSON',
  examples: [{ line: "ccd rm 3d9a 77c0", does: "remove two" }],
  run: remove,
});

/** All at once, and what fails does not keep the others. */
async function remove({ session: names, json }: RmInput, io: Io): Promise<number> {
  const client = await connect(io.env);
  const ids = new Set(await findSessions(client, names, io));
  const removals = [...ids].map(async (id) => {
    await client.sessions.delete.mutate({ sessionId: id }, { signal: io.signal });
    await printResult(io, { json, value: { id, removed: true }, line: `${id} removed` });
  });
  const ends = await Promise.allSettled(removals);
  io.signal.throwIfAborted();
  const [first, ...others] = ends.filter((end) => end.status === "rejected");
  for (const { reason } of others) await io.stderr.write(formatFailure(reason, { json: json === true, debug: false }));
  if (first) throw first.reason;
  return EXIT_CODES.ok;
}
