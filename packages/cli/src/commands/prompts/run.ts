/** `ccd run`: one prompt, one session, and nothing left behind unless asked for. */
import type { Turn } from "@cc-docker/protocol";
import { Option } from "commander";
import { defineCommand, type Json } from "../../command.ts";
import { findInterruption, type Io } from "../../io.ts";
import { printResult } from "../../output/print-result.ts";
import { printableLine } from "../../output/printable.ts";
import { connect } from "../../server/connect.ts";
import { type ConfigInput, configOptions, toConfig } from "../../session/config-options.ts";
import { createSession } from "../../session/create-session.ts";
import { type PromptInput, promptArgument, promptOptions, readPrompt, timeoutOf } from "../../session/read-prompt.ts";
import { removeSession } from "../../session/remove-session.ts";
import { showTurn } from "../../session/show-turn.ts";
import { toWorkspace, type WorkspaceInput, workspaceOptions } from "../../session/workspace-options.ts";

type RunInput = PromptInput & WorkspaceInput & ConfigInput & { keep?: true; detach?: true } & Json;

export const runCommand = defineCommand<RunInput>({
  name: "run",
  group: "prompts",
  summary: "send one prompt to a new session and stream the answer",
  details:
    "It works in the current directory, as the user whom that belongs to. The answer goes to stdout, what the agent does meanwhile to stderr. The session is removed afterwards, also after Ctrl-C; with `--keep` it stays, and after Ctrl-C the turn goes on.",
  arguments: [promptArgument()],
  options: [
    ...promptOptions(),
    ...workspaceOptions(),
    ...configOptions("bypass"),
    new Option("--keep", "keep the session; its id is printed on stderr"),
    new Option("--detach", "print the session's id as soon as the prompt is accepted, and return"),
  ],
  json: "print every event as a line of JSON; with `--detach` the turn",
  examples: [
    { line: 'ccd run "What is in this directory?"', does: "one prompt in a session of its own" },
    { line: 'ccd run --scratch "Try it in Rust"', does: "in an empty workspace, which goes with the session" },
    { line: 'ccd run --keep "Write a README"', does: "keep the session, for `ccd send` or `ccd logs`" },
    { line: "git diff | ccd run -", does: "the prompt comes from stdin" },
    { line: 'ccd run --mode ask "Tidy up"', does: "have it ask first; `ccd approve` answers from another terminal" },
    { line: 'ccd run --json "say: hi" | jq .type', does: "every event as a line of JSON" },
  ],
  run,
});

async function run(input: RunInput, io: Io): Promise<number> {
  const prompt = await readPrompt(input, io); // before there is a session to remove again
  const client = await connect(io.env);
  const workspace = await toWorkspace(input, io);
  const { id } = await createSession(client, { ...workspace, config: toConfig(input) }, io);
  let isKept = false;
  try {
    const send = { sessionId: id, prompt, ...timeoutOf(input) };
    const turn = await client.chat.send.mutate(send, { signal: io.signal });
    isKept = Boolean(input.keep ?? input.detach);
    if (input.detach) return await printResult(io, { json: input.json, value: turn, line: id });
    if (isKept) await io.stderr.write(`session ${id}\n`);
    const exitCode = await showTurn(client, turn, input, io);
    if (isKept && findInterruption(io.signal)) await tellThatItGoesOn(turn, io);
    return exitCode;
  } finally {
    if (!isKept) await removeSession(client, id, (message) => void io.stderr.write(`${printableLine(message)}\n`));
  }
}

async function tellThatItGoesOn({ sessionId }: Turn, { stderr }: Io): Promise<void> {
  await stderr.write(
    `The turn goes on: \`ccd logs -f ${sessionId}\` follows it, \`ccd interrupt ${sessionId}\` ends it.\n`,
  );
}
