/** The commands, their arguments and options. What a command does is loaded when it is called. */
import { SESSION_STATUSES } from "@cc-docker/protocol";
import { type Command, Option } from "commander";
import type { AllowInput } from "./commands/answer.ts";
import type { LogsInput } from "./commands/logs.ts";
import type { ListInput } from "./commands/ls.ts";
import type { RunInput } from "./commands/run.ts";
import type { TokenInput } from "./commands/token.ts";
import type { Io } from "./io.ts";
import { parseTtl } from "./parse-ttl.ts";

/** Ties a command line to what it runs: options first, then the arguments. */
export type Act = <Options extends object, Arguments extends unknown[]>(
  command: (options: Options, ...values: Arguments) => Promise<number>,
) => (...given: unknown[]) => Promise<void>;

type Definition = { program: Command; act: Act; io: Io };

const SESSION = "a session's id, or 4 or more characters of its beginning";

export function defineCommands(definition: Definition): void {
  defineRun(definition);
  defineLs(definition);
  defineLogs(definition);
  definePause(definition);
  defineResume(definition);
  defineAnswers(definition);
  defineStop(definition);
  defineRm(definition);
  defineToken(definition);
  defineServe(definition);
}

function defineRun({ program, act, io }: Definition): void {
  program
    .command("run")
    .description("send one prompt to a new session and stream the answer")
    .argument("<prompt>", 'the prompt; "-" reads it from stdin')
    .option("--model <name>", "model name or alias, such as opus or sonnet")
    .option("--system <text>", "text added to Claude Code's system prompt")
    .option("--ask", "have the agent ask before it uses a tool that changes something")
    .option("--keep", "keep the session; its id is printed on stderr")
    .option("--detach", "print the session's id as soon as the prompt is accepted, and return")
    .option("--json", "print every event as one line of JSON")
    .action(
      act(async (options: Omit<RunInput, "prompt">, prompt: string) => {
        const { run } = await import("./commands/run.ts");
        return run({ ...options, prompt }, io);
      }),
    );
}

function defineLs({ program, act, io }: Definition): void {
  program
    .command("ls")
    .description("list your sessions, newest first")
    .addOption(new Option("--status <status>", "only those in this status").choices(SESSION_STATUSES))
    .option("--json", "print every session as one line of JSON")
    .action(act(async (options: ListInput) => (await import("./commands/ls.ts")).list(options, io)));
}

function defineLogs({ program, act, io }: Definition): void {
  program
    .command("logs")
    .description("show what happened in a session")
    .argument("<session>", SESSION)
    .option("-f, --follow", "go on until the session ends")
    .option("--json", "print every event as one line of JSON")
    .action(
      act(async (options: Omit<LogsInput, "session">, session: string) => {
        const { logs } = await import("./commands/logs.ts");
        return logs({ ...options, session }, io);
      }),
    );
}

function definePause({ program, act, io }: Definition): void {
  program
    .command("pause")
    .description("have a session stand still, also in the midst of a turn")
    .argument("<session>", SESSION)
    .action(act(async (_: object, session: string) => (await import("./commands/pause.ts")).pause({ session }, io)));
}

function defineResume({ program, act, io }: Definition): void {
  program
    .command("resume")
    .description("have a paused session go on, or wake one at rest")
    .argument("<session>", SESSION)
    .action(act(async (_: object, session: string) => (await import("./commands/resume.ts")).resume({ session }, io)));
}

function defineAnswers({ program, act, io }: Definition): void {
  program
    .command("allow")
    .description("let an agent do what it asks for")
    .argument("<approval>", "the id that was shown with the question")
    .option("--input <json>", "do this instead, or the answers to its question")
    .action(
      act(async (options: Omit<AllowInput, "approval">, approval: string) => {
        const { allow } = await import("./commands/answer.ts");
        return allow({ ...options, approval }, io);
      }),
    );
  program
    .command("deny")
    .description("keep an agent from what it asks for")
    .argument("<approval>", "the id that was shown with the question")
    .argument("[message]", "what the agent is told")
    .action(
      act(async (_: object, approval: string, message?: string) => {
        const { deny } = await import("./commands/answer.ts");
        return deny({ approval, message }, io);
      }),
    );
}

function defineStop({ program, act, io }: Definition): void {
  program
    .command("stop")
    .description("end a session's container; its log stays")
    .argument("<session>", SESSION)
    .action(act(async (_: object, session: string) => (await import("./commands/stop.ts")).stop({ session }, io)));
}

function defineRm({ program, act, io }: Definition): void {
  program
    .command("rm")
    .description("remove sessions with their containers, files and logs")
    .argument("<session...>", SESSION)
    .action(act(async (_: object, sessions: string[]) => (await import("./commands/rm.ts")).remove({ sessions }, io)));
}

function defineToken({ program, act, io }: Definition): void {
  program
    .command("token")
    .description("print a token for the local gateway")
    .requiredOption("--sub <name>", "whose token it is: the owner of what it creates")
    .addOption(
      new Option("--ttl <time>", "how long it holds: 45s, 15m, 12h, 30d")
        .argParser(parseTtl)
        .default(parseTtl("30d"), "30d"),
    )
    .action(act(async (options: TokenInput) => (await import("./commands/token.ts")).token(options, io)));
}

function defineServe({ program, act, io }: Definition): void {
  program
    .command("serve")
    .description("start a gateway here; docs/configuration.md lists its settings")
    .action(act(async () => (await import("./commands/serve.ts")).serve(io)));
}
