import { EXIT_CODES, SESSION_STATUSES, type Session, type SessionStatus } from "@cc-docker/protocol";
import { Option } from "commander";
import { defineCommand, type Json } from "../../command.ts";
import type { Io } from "../../io.ts";
import { formatAge, formatCost } from "../../output/amounts.ts";
import { describeStatus, describeWorkspace } from "../../output/describe-session.ts";
import { toJsonLine } from "../../output/json.ts";
import { type Column, formatTable } from "../../output/table.ts";
import { connect } from "../../server/connect.ts";
import { listSessions } from "../../session/list-sessions.ts";
import { directoryOption, realDirectory } from "../../session/workspace-options.ts";

type LsInput = { status?: SessionStatus; directory?: string } & Json;

export const lsCommand = defineCommand<LsInput>({
  name: "ls",
  group: "sessions",
  summary: "list your sessions, newest first",
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
  const sessions = await listSessions(await connect(io.env), { status, ...here, signal });
  if (json) await stdout.write(sessions.map(toJsonLine).join(""));
  else if (sessions.length > 0) await stdout.write(formatTable(sessions, columnsAt(Date.now())));
  else await stderr.write("No sessions. `ccd run PROMPT` makes one.\n");
  return EXIT_CODES.ok;
}

function columnsAt(now: number): Column<Session>[] {
  return [
    { title: "SESSION", cell: ({ id }) => id },
    { title: "NAME", cell: ({ name = "" }) => name },
    { title: "STATUS", cell: describeStatus },
    { title: "TURNS", align: "right", cell: ({ turnCount }) => String(turnCount) },
    { title: "COST", align: "right", cell: ({ costUsd }) => formatCost(costUsd) },
    { title: "AGE", align: "right", cell: ({ createdAt }) => formatAge(now - Date.parse(createdAt)) },
    { title: "DIRECTORY", cell: describeWorkspace },
  ];
}
