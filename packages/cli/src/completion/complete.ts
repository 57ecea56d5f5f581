/** What may stand where the cursor is. Pure: what only the gateway or the disk knows is named, not looked up. */
import type { Argument, Option } from "commander";
import type { Command } from "../command.ts";

export type Candidate = { value: string; does: string };

/** Things that are looked up: `ccd` lists sessions and approvals, the shell its files and directories. */
export type Lookup = "sessions" | "approvals" | "files" | "directories";

export type Completion = { candidates: Candidate[]; lookup?: Lookup };

/** By the names of arguments and options. */
const LOOKUPS: Record<string, Lookup> = {
  session: "sessions",
  approval: "approvals",
  file: "files",
  directory: "directories",
  allow: "directories",
};
/** What each command takes besides its own options. */
const COMMON = [
  { value: "--json", does: "output for programs" },
  { value: "--help", does: "how the command is used" },
];

/** @param words what stands behind `ccd`, the last being what is typed: empty at the beginning of a word */
export function complete(commands: readonly Command[], words: readonly string[]): Completion {
  const typed = words.at(-1) ?? "";
  const { candidates, ...lookup } = completeAny(commands, words.slice(0, -1), typed);
  return { ...lookup, candidates: candidates.filter(({ value }) => value.startsWith(typed)) };
}

function completeAny(commands: readonly Command[], before: readonly string[], typed: string): Completion {
  const [name, ...given] = before;
  if (name === undefined) return { candidates: commands.map((one) => ({ value: one.name, does: one.summary })) };
  const command = commands.find((one) => one.name === name);
  if (!command) return { candidates: [] };
  const { options = [], arguments: args = [] } = command;
  const open = findOpenOption(options, given);
  if (open) return valuesOf(open, open.attributeName());
  if (typed.startsWith("-")) return { candidates: [...flagsOf(options, given), ...COMMON] };
  const count = countArguments(options, given);
  const argument = args[count] ?? args.find(({ variadic }) => variadic);
  return argument ? valuesOf(argument, argument.name()) : { candidates: [] };
}

/** The option whose value comes next. Some shells make a word of `=`. */
function findOpenOption(options: readonly Option[], given: readonly string[]): Option | undefined {
  const flag = given.at(-1) === "=" ? given.at(-2) : given.at(-1);
  return flag === undefined ? undefined : options.find((option) => takesValue(option) && isFlagOf(option, flag));
}

function isFlagOf({ long, short }: Option, word: string): boolean {
  return word === long || word === short;
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

function valuesOf({ argChoices = [] }: Option | Argument, name: string): Completion {
  const lookup = LOOKUPS[name];
  return { candidates: argChoices.map((value) => ({ value, does: "" })), ...(lookup && { lookup }) };
}

/** Those that are not given yet. */
function flagsOf(options: readonly Option[], given: readonly string[]): Candidate[] {
  const left = options.filter((option) => !given.some((word) => isFlagOf(option, word)));
  return left.map(({ long, short, description }) => ({ value: long ?? short ?? "", does: description }));
}

function countArguments(options: readonly Option[], given: readonly string[]): number {
  return given.filter((word, index) => !word.startsWith("-") && !findOpenOption(options, given.slice(0, index))).length;
}
