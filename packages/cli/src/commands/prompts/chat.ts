import { Argument, Option } from "commander";
import type { ChatInput } from "../../chat/chat.ts";
import { defineCommand, SESSION } from "../../command.ts";
import { configOptions } from "../../session/config-options.ts";
import { workspaceOptions } from "../../session/workspace-options.ts";

export const chatCommand = defineCommand<ChatInput>({
  name: "chat",
  group: "prompts",
  summary: "talk with an agent, a line at a time, in a new session or in one there is",
  details:
    "A new session works in the current directory, as the user whom that belongs to. A line is a prompt; a backslash at its end goes on with the next, and a pasted text is one prompt. What the agent asks is answered in place. Ctrl-C ends the running turn, and pressed again leaves; `/exit` and Ctrl-D leave, `/help` helps. The session stays unless nothing was sent. Where stdin is no terminal each line is a prompt or an answer, and the first turn that fails ends the chat.",
  arguments: [new Argument("[session]", `${SESSION}, to go on with it; a new one when absent`)],
  options: [
    ...workspaceOptions(),
    ...configOptions("ask"),
    new Option("--rm", "remove the session when the chat ends"),
  ],
  json: "print every event as a line of JSON",
  examples: [
    { line: "ccd chat", does: "a new session in this directory" },
    { line: "ccd chat 3d9a", does: "go on with one there is" },
    { line: "ccd chat --rm --mode bypass < prompts.txt", does: "one prompt after the other, in one session" },
  ],
  run: async (input, io) => (await import("../../chat/chat.ts")).chat(input, io),
});
