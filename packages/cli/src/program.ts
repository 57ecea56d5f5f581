/** `ccd` as commander knows it: its help, and how a parsed command line becomes a run. */
import { Command } from "commander";
import manifest from "../package.json" with { type: "json" };
import { type Act, defineCommands } from "./define-commands.ts";
import type { Io } from "./io.ts";

const EXAMPLES = `
Examples:
  ccd run "What can you do?"            one prompt in a session of its own, which is removed afterwards
  ccd run --keep "Write a README"       keep the session; its id is on stderr
  git diff | ccd run -                  the prompt comes from stdin
  ccd run --json "say: hi" | jq .type   every event as one line of JSON
  ccd ls --status running
  ccd logs -f 3d9a                      follow a session; ids may be cut to 4 or more characters
  ccd rm 3d9a 77c0

Environment:
  CC_DOCKER_URL, CC_DOCKER_TOKEN   the gateway and a token for it; else the local gateway of DATA_DIR is used
  DATA_DIR                         data directory of a local gateway (~/.cc-docker)
  CC_DOCKER_DEBUG=1                show where a defect happened

Exit codes: 0 done, 1 defect, 2 usage, 3 not found, 4 refused, 5 unavailable, 130 interrupted.
`;

/** What the parsed command line came to. */
export type ProgramState = { exitCode: number; json: boolean };

export function createProgram(io: Io): { program: Command; state: ProgramState } {
  const state: ProgramState = { exitCode: 0, json: false };
  const program = new Command("ccd")
    .description("Run and watch Claude Code sessions in locked-down containers.")
    .version(manifest.version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => void io.stdout.write(text), writeErr: (text) => void io.stderr.write(text) })
    .showHelpAfterError("`ccd --help` lists commands and examples.")
    .addHelpText("after", EXAMPLES);
  defineCommands({ program, act: createAct(state), io });
  return { program, state };
}

/** `json` is kept before the command runs: it says how its failure is told. */
function createAct(state: ProgramState): Act {
  return (command) =>
    async (...given) => {
      const options = given.at(-2) as Parameters<typeof command>[0]; // commander gives arguments, options, the command
      state.json = "json" in options && options.json === true;
      state.exitCode = await command(options, ...(given.slice(0, -2) as never));
    };
}
