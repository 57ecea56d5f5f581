/** `ccd pause`, `resume` and `stop`: one call on one session each. */
import type { Client, Session } from "@cc-docker/client";
import { type Command, defineCommand, type Json, type OneSession, sessionArgument } from "../../command.ts";
import { printResult } from "../../output/print-result.ts";
import { connect } from "../../server/connect.ts";
import { findSession } from "../../session/find-session.ts";

type Move = "pause" | "resume" | "stop";
type Words = Pick<Command, "summary" | "details" | "examples">;

export const pauseCommand = defineMove("pause", {
  summary: "have a session stand still, also in the midst of a turn",
  details: "Prompts are accepted meanwhile, and wait. A paused session keeps its container and uses no CPU.",
  examples: [{ line: "ccd pause 3d9a", does: "freeze it; `ccd resume 3d9a` has it go on" }],
});

export const resumeCommand = defineMove("resume", {
  summary: "have a paused session go on, or wake one at rest",
  examples: [{ line: "ccd resume 3d9a", does: "go on where it stood" }],
});

export const stopCommand = defineMove("stop", {
  summary: "end a session's container; its log, files and conversation stay",
  details: "The next prompt, or `ccd resume`, wakes it in a new container. `ccd rm` removes what stays.",
  examples: [{ line: "ccd stop 3d9a", does: "free the memory of its container" }],
});

function defineMove(name: Move, words: Words): Command {
  return defineCommand<OneSession & Json>({
    name,
    group: "sessions",
    ...words,
    arguments: [sessionArgument()],
    json: "print the session as a line of JSON",
    async run({ session: named, json }, io) {
      const client = await connect(io.env);
      const sessionId = await findSession(client, named, io);
      const session = await move(client, name, sessionId, io.signal);
      return printResult(io, { json, value: session, line: `${session.id} ${session.status}` }); // the whole id
    },
  });
}

function move(client: Client, name: Move, sessionId: string, signal: AbortSignal): Promise<Session> {
  return client.sessions[name].mutate({ sessionId }, { signal });
}
