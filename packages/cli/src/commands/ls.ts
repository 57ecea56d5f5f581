import { EXIT_CODES, type Session, type SessionStatus } from "@cc-docker/protocol";
import type { Io } from "../io.ts";
import { formatAge, formatCost } from "../output/amounts.ts";
import { toJsonLine } from "../output/json.ts";
import { type Column, formatTable } from "../output/table.ts";
import { connect } from "../server/connect.ts";
import { listSessions } from "../session/list-sessions.ts";

export type ListInput = { status?: SessionStatus; json?: boolean };

export async function list({ status, json }: ListInput, { env, stdout, stderr, signal }: Io): Promise<number> {
  const sessions = await listSessions(await connect(env), { status, signal });
  if (json) await stdout.write(sessions.map(toJsonLine).join(""));
  else if (sessions.length > 0) await stdout.write(formatTable(sessions, columnsAt(Date.now())));
  else await stderr.write("No sessions.\n");
  return EXIT_CODES.ok;
}

function describeStatus({ status, parked, error }: Session): string {
  if (error) return `${status}: ${error.code}`;
  return parked ? `${status} (parked)` : status;
}

function columnsAt(now: number): Column<Session>[] {
  return [
    { title: "SESSION", cell: ({ id }) => id },
    { title: "STATUS", cell: describeStatus },
    { title: "TURNS", align: "right", cell: ({ turnCount }) => String(turnCount) },
    { title: "COST", align: "right", cell: ({ costUsd }) => formatCost(costUsd) },
    { title: "AGE", align: "right", cell: ({ createdAt }) => formatAge(now - Date.parse(createdAt)) },
  ];
}
