import { basename } from "node:path";
import type { Client } from "@cc-docker/client";
import { EXIT_CODES, SESSION_STATUSES, type Session, type SessionStatus } from "@cc-docker/protocol";
import { Option } from "commander";
import { defineCommand, type Json } from "../../command.ts";
import type { Io } from "../../io.ts";
import { formatAge, formatCost } from "../../output/amounts.ts";
import { describeStatus, describeWorkspace } from "../../output/describe-session.ts";
import { toJsonLine } from "../../output/json.ts";
import { printableLine } from "../../output/printable.ts";
import { type Column, formatTable } from "../../output/table.ts";
import { connect } from "../../server/connect.ts";
import { listSessions } from "../../session/list-sessions.ts";
import { readTitles } from "../../session/read-titles.ts";
import { directoryOption, realDirectory } from "../../session/workspace-options.ts";

type LsInput = { status?: SessionStatus; directory?: string } & Json;

export const lsCommand = defineCommand<LsInput>({
  name: "ls",
  group: "sessions",
  summary: "list your sessions, newest first",
  details:
    "On a terminal each has a line that fits: the beginning of its id, which is enough for every command, and its name or first prompt. Elsewhere ids and directories are whole.",
  options: [
    new Option("--status <status>", "only those in this status").choices(SESSION_STATUSES),
    directoryOption("only those that work in this directory"),
  ],
  json: "print every session as a line of JSON",
  examples: [
    { line: "ccd ls --status running", does: "those that work just now" },
    { line: "ccd ls -C .", does: "those that work in this directory" },
    { line: "ccd ls --json | jq -r .id", does: "their ids" },
  ],
  run: list,
});

async function list({ status, directory, json }: LsInput, io: Io): Promise<number> {
  const { stdout, stderr, signal } = io;
  const here = directory === undefined ? {} : { workspacePath: await realDirectory(directory, io) };
  const client = await connect(io.env);
  const sessions = await listSessions(client, { status, ...here, signal });
  if (json) await stdout.write(sessions.map(toJsonLine).join(""));
  else if (sessions.length > 0) await stdout.write(await formatSessions(client, sessions, io));
  else await stderr.write("No sessions. `ccd run PROMPT` makes one.\n");
  return EXIT_CODES.ok;
}

/** For a program every id whole; for a person what fits the terminal, and what each session is about. */
async function formatSessions(client: Client, sessions: readonly Session[], { stdout, signal }: Io): Promise<string> {
  const now = Date.now();
  if (stdout.columns === undefined) return formatTable(sessions, [ID, NAME, ...columnsAt(now), DIRECTORY]);
  const titles = await readTitles(client, sessions, signal);
  const what: Column<Session> = { title: "WHAT", cell: ({ id }) => titles.get(id) ?? "" };
  return formatTable(sessions, [shortId(sessions), ...columnsAt(now), PLACE, what], stdout.columns);
}

const ID: Column<Session> = { title: "SESSION", cell: ({ id }) => id };
const NAME: Column<Session> = { title: "NAME", cell: ({ name = "" }) => name };
const DIRECTORY: Column<Session> = { title: "DIRECTORY", cell: describeWorkspace };
const MAX_PLACE = 20;
const PLACE: Column<Session> = {
  title: "IN",
  cell: ({ workspace }) =>
    workspace.type === "host" ? printableLine(basename(workspace.path), MAX_PLACE) : "(its own)",
};

/** So much of the ids that no two are alike, as commands take it. */
function shortId(sessions: readonly Session[]): Column<Session> {
  const isEnough = (length: number) => new Set(sessions.map(({ id }) => id.slice(0, length))).size === sessions.length;
  const length = [8, 13, 18].find(isEnough) ?? 36;
  return { title: "SESSION", cell: ({ id }) => id.slice(0, length) };
}

function columnsAt(now: number): Column<Session>[] {
  return [
    { title: "STATUS", cell: describeStatus },
    { title: "TURNS", align: "right", cell: ({ turnCount }) => String(turnCount) },
    { title: "COST", align: "right", cell: ({ costUsd }) => formatCost(costUsd) },
    { title: "AGE", align: "right", cell: ({ createdAt }) => formatAge(now - Date.parse(createdAt)) },
  ];
}
