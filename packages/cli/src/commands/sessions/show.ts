import type { Client, TurnView } from "@cc-docker/client";
import { EXIT_CODES, type SessionId } from "@cc-docker/protocol";
import { Option } from "commander";
import { defineCommand, type Json, type OneSession, sessionArgument } from "../../command.ts";
import type { Io } from "../../io.ts";
import { describeSession, type SessionReport } from "../../output/describe-session.ts";
import { describeTimeline } from "../../output/describe-timeline.ts";
import { toJsonLine } from "../../output/json.ts";
import { connect } from "../../server/connect.ts";
import { listOpenApprovals } from "../../session/find-approval.ts";
import { findSession } from "../../session/find-session.ts";
import { readEvents } from "../../session/read-events.ts";

type ShowInput = OneSession & { timeline?: true } & Json;

export const showCommand = defineCommand<ShowInput>({
  name: "show",
  group: "sessions",
  summary: "show one session: status, cost, tokens, what its container uses, what its agent asks",
  arguments: [sessionArgument()],
  options: [new Option("--timeline", "show where the time of its turns went instead: the model, each tool, waiting")],
  json: 'print `{"session", "stats", "approvals"}`; with `--timeline` each turn with its `spans` as a line of JSON',
  examples: [
    { line: "ccd show", does: "all there is to know but its log" },
    { line: "ccd show --timeline 3d9a", does: "where the time went" },
  ],
  run: show,
});

async function show({ session: named, timeline, json }: ShowInput, io: Io): Promise<number> {
  const client = await connect(io.env);
  const sessionId = await findSession(client, named, io);
  if (timeline) {
    const turns = await readTurns(client, sessionId, io.signal);
    await io.stdout.write(json ? turns.map(toJsonLine).join("") : describeTimeline(turns, Date.now()));
  } else {
    const report = await readReport(client, sessionId, io.signal);
    await io.stdout.write(json ? toJsonLine(report) : describeSession(report, Date.now()));
  }
  return EXIT_CODES.ok;
}

async function readReport(client: Client, sessionId: SessionId, signal: AbortSignal): Promise<SessionReport> {
  const [session, stats, approvals] = await Promise.all([
    client.sessions.get.query({ sessionId }, { signal }),
    client.sessions.stats.query({ sessionId }, { signal }),
    listOpenApprovals(client, { sessionId }, signal),
  ]);
  return { session, stats, approvals };
}

async function readTurns(client: Client, sessionId: SessionId, signal: AbortSignal): Promise<readonly TurnView[]> {
  const { sessionView } = await import("@cc-docker/client");
  let view = sessionView.empty();
  for await (const event of readEvents(client, sessionId, signal)) view = sessionView.apply(view, event);
  return view.turns;
}
