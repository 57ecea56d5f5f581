/** `ccd` as commander knows it: its help, and how a parsed command line becomes a run. */
import { Command as CommanderCommand } from "commander";
import manifest from "../package.json" with { type: "json" };
import { type Command, GROUPS } from "./command.ts";
import { COMMANDS } from "./commands/commands.ts";
import { EXIT_WORDS } from "./exit-words.ts";
import type { Io } from "./io.ts";
import { toJsonLine } from "./output/json.ts";
import { OWN_SETTINGS, type OwnSetting } from "./settings.ts";

const FIRST_STEPS = `
Examples:
  ccd                          your sessions, live in the terminal; \`ccd --plain\` for screen readers
  ccd run "What can you do?"   one prompt in a session of its own, which is removed afterwards
  ccd ls                       your sessions
  ccd logs -f 3d9a             follow a session; ids may be cut to 4 or more characters
  ccd run --help               the options and examples of a command

Environment (docs/cli.md has what the terminal UI and the start of a gateway look at too):
${formatPairs(everyCommandsSettings().map(([name, { meaning }]) => [name, meaning]))}

Exit codes: ${EXIT_WORDS.map((row) => row.join(" ")).join(", ")}.
`;

/** What the parsed command line came to. */
export type ProgramState = { exitCode: number; json: boolean };

/** @param isJson what is wrong with the command line is not told to people */
export function createProgram(
  io: Io,
  { isJson }: { isJson: boolean },
): { program: CommanderCommand; state: ProgramState } {
  const state: ProgramState = { exitCode: 0, json: false };
  const program = new CommanderCommand("ccd")
    .description("Run and watch Claude Code sessions in locked-down containers.")
    .version(isJson ? toJsonLine({ version: manifest.version }).trimEnd() : manifest.version)
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void (isJson || io.stderr.write(text)),
    })
    .showHelpAfterError("`ccd --help` lists commands and examples.")
    .addHelpText("after", FIRST_STEPS);
  for (const command of COMMANDS) add(command, { program, state, io });
  addComplete(program, state, io);
  return { program, state };
}

/** `json` is kept before the command runs: it says how its failure is told. */
function add(
  command: Command,
  { program, state, io }: { program: CommanderCommand; state: ProgramState; io: Io },
): void {
  const { name, group, summary, details, examples, run, json } = command;
  const given = program.command(name).helpGroup(`${GROUPS[group]}:`).summary(summary);
  given.description([`${capitalize(summary)}.`, ...(details === undefined ? [] : [details])].join("\n\n"));
  for (const argument of command.arguments ?? []) given.addArgument(argument);
  for (const option of command.options ?? []) given.addOption(option);
  given.option("--json", json);
  given.showHelpAfterError(`\`ccd ${name} --help\` lists its options and examples.`);
  given.addHelpText("after", `\nExamples:\n${formatPairs(examples.map(({ line, does }) => [line, does]))}`);
  given.action(async () => {
    const options = given.opts<{ json?: true }>();
    state.json = options.json === true;
    const names = given.registeredArguments.map((argument) => argument.name());
    const values = names.map((argument, index) => [argument, given.processedArgs[index]] as const);
    const input = { ...options, ...Object.fromEntries(values.filter(([, value]) => value !== undefined)) };
    state.exitCode = await run(input as never, io);
  });
}

/** Not for people: the scripts of `ccd completion` ask it. */
function addComplete(program: CommanderCommand, state: ProgramState, io: Io): void {
  const complete = program.command("__complete", { hidden: true }).argument("<words...>");
  complete.action(async (words: string[]) => {
    const { tellCandidates } = await import("./completion/tell-candidates.ts");
    state.exitCode = await tellCandidates(COMMANDS, words, io);
  });
}

function everyCommandsSettings(): [string, OwnSetting][] {
  return Object.entries<OwnSetting>(OWN_SETTINGS).filter(([, { of }]) => of === "ccd");
}

function capitalize(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function formatPairs(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(...pairs.map(([left]) => left.length));
  return pairs.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}
