import type { Session, TurnId } from "@cc-docker/protocol";
import { InvalidArgumentError, Option } from "commander";
import { defineCommand, type Json, type OneSession, sessionArgument } from "../../command.ts";
import type { Io } from "../../io.ts";
import { printResult } from "../../output/print-result.ts";
import { connect } from "../../server/connect.ts";
import { findSession } from "../../session/find-session.ts";
import { isWholeId } from "../../session/pick-id.ts";
import { nameOption } from "../../session/workspace-options.ts";

type ForkInput = OneSession & { at?: TurnId; name?: string } & Json;

export const forkCommand = defineCommand<ForkInput>({
  name: "fork",
  group: "sessions",
  summary: "make a session with another's files and conversation, and print its id",
  details:
    "The other one goes on untouched; where it works in a directory of yours, both work there. With `--at` the new one remembers nothing after that turn; its files are those of now. `ccd logs --json` shows the turns' ids.",
  arguments: [sessionArgument()],
  options: [
    new Option("--at <turn>", "the last turn whose conversation it gets; all of it when absent").argParser(parseTurn),
    nameOption(),
  ],
  json: "print the new session as a line of JSON",
  examples: [{ line: "ccd fork 3d9a", does: "try something else from here" }],
  run: fork,
});

async function fork({ session: named, at, name, json }: ForkInput, io: Io): Promise<number> {
  const client = await connect(io.env);
  const sessionId = await findSession(client, named, io);
  const more = { ...(at !== undefined && { turnId: at }), ...(name !== undefined && { name }) };
  const session: Session = await client.sessions.fork.mutate({ sessionId, ...more }, { signal: io.signal });
  return printResult(io, { json, value: session, line: session.id });
}

function parseTurn(text: string): TurnId {
  if (isWholeId(text)) return text.toLowerCase() as TurnId;
  throw new InvalidArgumentError("Give a turn's whole id, as `ccd logs --json` shows it in turnId.");
}
