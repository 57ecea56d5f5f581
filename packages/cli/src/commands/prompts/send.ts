import type { SessionId, Turn } from "@cc-docker/protocol";
import { Option } from "commander";
import { defineCommand, type Json, type OneSession, sessionArgument } from "../../command.ts";
import { findInterruption, type Io } from "../../io.ts";
import { printResult } from "../../output/print-result.ts";
import { connect } from "../../server/connect.ts";
import { findSession } from "../../session/find-session.ts";
import { type PromptInput, promptArgument, promptOptions, readPrompt, timeoutOf } from "../../session/read-prompt.ts";
import { showTurn } from "../../session/show-turn.ts";

type SendInput = OneSession & PromptInput & { wait?: true } & Json;

export const sendCommand = defineCommand<SendInput>({
  name: "send",
  group: "prompts",
  summary: "send a prompt to a session, and print its turn's id once it is accepted",
  details: "A session at rest is woken. While a turn runs the prompt waits for its end.",
  arguments: [sessionArgument(), promptArgument()],
  options: [...promptOptions(), new Option("--wait", "stream the answer, as `run` does, until the turn has ended")],
  json: "print the turn as a line of JSON; with `--wait` every event of the turn",
  examples: [
    { line: 'ccd send 3d9a "Now the tests"', does: "prompt and return" },
    { line: 'ccd send --wait 3d9a "Now the tests"', does: "prompt and see the answer" },
  ],
  run: send,
});

async function send(input: SendInput, io: Io): Promise<number> {
  const prompt = await readPrompt(input, io);
  const client = await connect(io.env);
  const { signal } = io;
  const sessionId: SessionId = await findSession(client, input.session, signal);
  const { lastSeq: after } = await client.sessions.get.query({ sessionId }, { signal });
  const turn: Turn = await client.chat.send.mutate({ sessionId, prompt, ...timeoutOf(input) }, { signal });
  if (!input.wait) return printResult(io, { json: input.json, value: turn, line: `${turn.id} ${turn.status}` });
  const exitCode = await showTurn(client, turn, { json: input.json, after }, io);
  if (findInterruption(signal)) await io.stderr.write(`The turn goes on: \`ccd interrupt ${sessionId}\` ends it.\n`);
  return exitCode;
}
