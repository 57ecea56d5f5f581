import { defineCommand, type Json, type OneSession, sessionArgument } from "../../command.ts";
import type { Io } from "../../io.ts";
import { printResult } from "../../output/print-result.ts";
import { connect } from "../../server/connect.ts";
import { findSession } from "../../session/find-session.ts";

export const interruptCommand = defineCommand<OneSession & Json>({
  name: "interrupt",
  group: "prompts",
  summary: "end a session's running turn",
  details: "What it has done stays, and the session goes on with the prompts that wait.",
  arguments: [sessionArgument()],
  json: "print the turn as a line of JSON",
  examples: [{ line: "ccd interrupt 3d9a", does: "have the agent stop what it does" }],
  run: interrupt,
});

async function interrupt({ session: named, json }: OneSession & Json, io: Io): Promise<number> {
  const client = await connect(io.env);
  const sessionId = await findSession(client, named, io);
  const turn = await client.chat.interrupt.mutate({ sessionId }, { signal: io.signal });
  return printResult(io, { json, value: turn, line: `${turn.id} is being interrupted` });
}
