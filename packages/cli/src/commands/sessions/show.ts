import { EXIT_CODES } from "@cc-docker/protocol";
import { defineCommand, type Json, type OneSession, sessionArgument } from "../../command.ts";
import type { Io } from "../../io.ts";
import { describeSession } from "../../output/describe-session.ts";
import { toJsonLine } from "../../output/json.ts";
import { connect } from "../../server/connect.ts";
import { listOpenApprovals } from "../../session/find-approval.ts";
import { findSession } from "../../session/find-session.ts";

export const showCommand = defineCommand<OneSession & Json>({
  name: "show",
  group: "sessions",
  summary: "show one session: status, cost, tokens, what its container uses, what its agent asks",
  arguments: [sessionArgument()],
  json: 'print `{"session", "stats", "approvals"}`',
  examples: [{ line: "ccd show 3d9a", does: "all there is to know but its log" }],
  run: show,
});

async function show({ session: named, json }: OneSession & Json, io: Io): Promise<number> {
  const { signal } = io;
  const client = await connect(io.env);
  const sessionId = await findSession(client, named, io);
  const [session, stats, approvals] = await Promise.all([
    client.sessions.get.query({ sessionId }, { signal }),
    client.sessions.stats.query({ sessionId }, { signal }),
    listOpenApprovals(client, { sessionId }, signal),
  ]);
  const report = { session, stats, approvals };
  await io.stdout.write(json ? toJsonLine(report) : describeSession(report, Date.now()));
  return EXIT_CODES.ok;
}
