import type { SessionId, Turn } from "@cc-docker/protocol";
import { Option } from "commander";
import { defineCommand, type Json, type OneSession, sessionArgument } from "../../command.ts";
import { findInterruption, type Io } from "../../io.ts";
import { printResult } from "../../output/print-result.ts";
import { connect } from "../../server/connect.ts";
import { findSession } from "../../session/find-session.ts";
import { looksLikeId } from "../../session/pick-id.ts";
import { type PromptInput, promptArgument, promptOptions, readPrompt, timeoutOf } from "../../session/read-prompt.ts";
import { showTurn } from "../../session/show-turn.ts";

type SendInput = OneSession & PromptInput & { wait?: true } & Json;

export const sendCommand = defineCommand<SendInput>({
  name: "send",
  group: "prompts",
  summary: "send a prompt to a session, and print its turn's id once it is accepted",
  details:
    "A session at rest is woken. While a turn runs the prompt waits for its end. A single word that can be no id is the prompt, for the session of this directory.",
  arguments: [sessionArgument(), promptArgument()],
  options: [...promptOptions(), new Option("--wait", "stream the answer, as `run` does, until the turn has ended")],
  json: "print the turn as a line of JSON; with `--wait` every event of the turn",
  examples: [
    { line: 'ccd send "Now the tests"', does: "prompt the session of this directory, and return" },
    { line: 'ccd send --wait 3d9a "Now the tests"', does: "prompt and see the answer" },
  ],
  run: send,
});

/** The only word may be the prompt: then it does not look like an id, and there is no prompt elsewhere. */
function sortOut({ session, prompt, ...rest }: SendInput): OneSession & PromptInput {
  const isPrompt = session !== undefined && prompt === undefined && rest.file === undefined && !looksLikeId(session);
  return isPrompt ? { ...rest, prompt: session } : { ...rest, ...(session && { session }), ...(prompt && { prompt }) };
}

async function send(input: SendInput, io: Io): Promise<number> {
  const given = sortOut(input);
  const prompt = await readPrompt(given, io);
  const client = await connect(io.env);
  const { signal } = io;
  const sessionId: SessionId = await findSession(client, given.session, io);
  const { lastSeq: after } = await client.sessions.get.query({ sessionId }, { signal });
  const turn: Turn = await client.chat.send.mutate({ sessionId, prompt, ...timeoutOf(input) }, { signal });
  if (!input.wait) return printResult(io, { json: input.json, value: turn, line: `${turn.id} ${turn.status}` });
  const exitCode = await showTurn(client, turn, { json: input.json, after }, io);
  if (findInterruption(signal)) await io.stderr.write(`The turn goes on: \`ccd interrupt ${sessionId}\` ends it.\n`);
  return exitCode;
}
