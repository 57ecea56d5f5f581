/** `docs/cli.md`, from the commands of `ccd` as commander parses them. */
import { type Command, GROUPS } from "../../packages/cli/src/command.ts";
import { COMMANDS } from "../../packages/cli/src/commands/commands.ts";
import { EXIT_WORDS } from "../../packages/cli/src/exit-words.ts";
import { ANSWER_LIMITS } from "../../packages/cli/src/server/answer-limits.ts";
import { OWN_FILES, OWN_SETTINGS, type OwnSetting, SETTING_GROUPS } from "../../packages/cli/src/settings.ts";
import { describeKeys, type KeySection } from "../../packages/cli/src/tui/describe-keys.ts";
import { page, table } from "./markdown.ts";

type Argument = NonNullable<Command["arguments"]>[number];
type Option = NonNullable<Command["options"]>[number];

/** The steps of a session's life, by the words of who dispatches work to agents. */
const STEPS: [step: string, command: string, rest: string, means: string][] = [
  ["dispatch", "run", "--detach PROMPT", "an agent works on its own in a new session; the id is printed"],
  ["start", "chat", "", "a new session to talk with; it gets ready while you type"],
  ["pause", "pause", "SESSION", "it stands still as it is and uses no CPU"],
  ["resume", "resume", "SESSION", "it goes on; one at rest is woken with its files and conversation"],
  ["finish", "stop", "SESSION", "its container ends; files, conversation and log stay"],
  ["cancel", "rm", "SESSION", "container, files, conversation and log are removed"],
];

export function cliPage(): string {
  return page({
    title: "`ccd`",
    source: "packages/cli/src/commands/",
    body: [
      "From a checkout it is `./dev ccd`. It finds the gateway of the same machine and user by itself; another one is named",
      "by [its environment](#environment). `ccd COMMAND --help` tells what is written here.",
      "",
      ...overview(),
      "## A session's life",
      "",
      ...table(["Step", "Command", "Means"], STEPS.map(stepRow)),
      "",
      ...COMMANDS.flatMap(describeCommand),
      "## Keys of the UI",
      "",
      "`ccd` alone and `ccd attach` open it. Letters are commands but where text is written.",
      "",
      ...describeKeys().flatMap(keySection),
      "## Environment",
      "",
      ...Object.keys(SETTING_GROUPS).flatMap(settingSection),
      "The gateway's own settings are in [configuration](configuration.md); one that `ccd` starts has all of this environment.",
      "",
      ...firstRun(),
      "## Files",
      "",
      ...table(
        ["File", "Holds", "To be rid of it"],
        OWN_FILES.map(({ path, holds, end }) => [`\`${path}\``, holds, end]),
      ),
      "",
      "The gateway's files are in its `DATA_DIR`.",
      "",
      "## Exit codes",
      "",
      ...table(
        ["Exit", "Meaning"],
        EXIT_WORDS.map(([code, words]) => [String(code), words]),
      ),
      "",
      "[Errors](errors.md) says which error ends with which. What went wrong is on stderr: what happened on one line, what to",
      'type or do on the next; with `--json` as one object `{"error": {"code", "message", "hint", "retry"}}`, on a line of its own.',
      "",
      ...ANSWER_LIMITS,
    ],
  });
}

function firstRun(): string[] {
  return [
    "## First run",
    "",
    "`ccd` alone, or `ccd attach`, where no gateway runs and CC_DOCKER_URL names none, offers to start one in the",
    "background. The model's credential is the first of these that there is:",
    "",
    "1. `MODEL=scripted`: none is needed. `ANTHROPIC_API_KEY` or `CLAUDE_CODE_OAUTH_TOKEN` in the environment.",
    "2. The login of Claude Code on this machine, once you have said yes. It works for some hours, you are told until",
    "   when. On macOS it is in the keychain, which is not asked.",
    "3. What you paste: the token that `claude setup-token` prints, which works for a year, or a key of the API.",
    "4. None, after Enter: the scripted model.",
    "",
    "The gateway has it in its environment and memory, and `ccd` keeps it nowhere: after `ccd serve --stop` the next first",
    "run asks again. Then the session image is built, unless it is there or `SESSION_IMAGE` names one:",
    "",
    "![A bar shows how much of the image is built](pictures/first-run-image.png)",
    "",
    "At last a real session says hello, and is removed. Enter opens the UI.",
    "",
    "![The whole first run, with the hello of a container](pictures/first-run.png)",
    "",
  ];
}

function keySection({ title, note, rows }: KeySection): string[] {
  const body = rows.map(({ keys, does }) => [keys.map((key) => `\`${key}\``).join(" "), does]);
  return [`**${title}**`, "", ...table(["Keys", "Do"], body), "", ...(note === undefined ? [] : [note, ""])];
}

function overview(): string[] {
  return Object.entries(GROUPS).flatMap(([group, heading]) => {
    const rows = COMMANDS.filter((command) => command.group === group).map((command) => [
      `[\`${command.name}\`](#${anchorOf(command)})`,
      command.summary,
    ]);
    return [`**${heading}**`, "", ...table(["Command", "Does"], rows), ""];
  });
}

/** As GitHub makes it of the heading. */
function anchorOf(command: Command): string {
  return usageOf(command)
    .toLowerCase()
    .replaceAll(/[^\w -]/g, "")
    .replaceAll(" ", "-");
}

function stepRow([step, name, rest, means]: (typeof STEPS)[number]): string[] {
  if (!COMMANDS.some((command) => command.name === name)) throw new Error(`ccd has no command ${name}`);
  return [step, `\`${`ccd ${name} ${rest}`.trim()}\``, means];
}

function describeCommand(command: Command): string[] {
  const { summary, details, arguments: args = [], options = [], json, examples } = command;
  const width = Math.max(...examples.map(({ line }) => line.length));
  return [
    `## ${usageOf(command)}`,
    "",
    `${capitalize(summary)}.`,
    ...(details === undefined ? [] : ["", details]),
    "",
    ...table(["Given", "Means"], [...args.map(argumentRow), ...options.map(optionRow), ["`--json`", json]]),
    "",
    "```sh",
    ...examples.map(({ line, does }) => `${line.padEnd(width)}   # ${does}`),
    "```",
    "",
  ];
}

function usageOf({ name, arguments: args = [] }: Command): string {
  const shown = args.map((argument) => {
    const word = `${argument.name().toUpperCase()}${argument.variadic ? "…" : ""}`;
    return argument.required ? word : `[${word}]`;
  });
  return ["ccd", name, ...shown].join(" ");
}

function argumentRow(argument: Argument): string[] {
  return [`\`${argument.name().toUpperCase()}\``, describeValue(argument)];
}

function optionRow(option: Option): string[] {
  return [`\`${option.flags}\``, describeValue(option)];
}

/** With what may be given, unless the description says it, and what holds when nothing is. */
function describeValue({
  description,
  argChoices = [],
  defaultValue,
  defaultValueDescription,
}: Argument | Option): string {
  const choices = argChoices.every((choice) => description.includes(choice)) ? [] : argChoices;
  const listed = choices.length === 0 ? "" : `: ${choices.map((choice) => `\`${choice}\``).join(", ")}`;
  const fallback = defaultValueDescription ?? defaultValue;
  return `${description}${listed}${fallback === undefined ? "" : `; \`${String(fallback)}\` when absent`}`;
}

function capitalize(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function settingSection(group: string): string[] {
  const rows = Object.entries<OwnSetting>(OWN_SETTINGS).filter(([, { of }]) => of === group);
  const title = SETTING_GROUPS[group as keyof typeof SETTING_GROUPS];
  return [`**${title}**`, "", ...table(["Setting", "Default", "Meaning"], rows.map(settingRow)), ""];
}

function settingRow([name, { meaning, default: fallback, secret }]: [string, OwnSetting]): string[] {
  const shown = fallback === "" ? "–" : `\`${fallback}\``;
  return [`\`${name}\``, shown, secret ? `${meaning} Secret: never shown.` : meaning];
}
