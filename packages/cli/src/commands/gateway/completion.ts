import { Argument } from "commander";
import { defineCommand, type Json } from "../../command.ts";
import { SCRIPTS, SHELLS, type Shell } from "../../completion/scripts.ts";
import { printResult } from "../../output/print-result.ts";

export const completionCommand = defineCommand<{ shell: Shell } & Json>({
  name: "completion",
  group: "gateway",
  summary: "print what a shell needs to complete commands, options and sessions",
  arguments: [new Argument("<shell>", "which one").choices(SHELLS)],
  json: 'print `{"shell", "script"}`',
  examples: [
    { line: 'eval "$(ccd completion bash)"', does: "in ~/.bashrc" },
    { line: 'eval "$(ccd completion zsh)"', does: "in ~/.zshrc, behind compinit" },
    { line: "ccd completion fish | source", does: "in ~/.config/fish/config.fish" },
  ],
  run: ({ shell, json }, io) =>
    printResult(io, { json, value: { shell, script: SCRIPTS[shell] }, line: SCRIPTS[shell].trimEnd() }),
});
