import type { Client } from "@cc-docker/client";
import { at, type Event, EXIT_CODES, endsSession, isCcError, type SessionId } from "@cc-docker/protocol";
import { Option } from "commander";
import { defineCommand, type Json, type OneSession, sessionArgument } from "../../command.ts";
import { findInterruption, type Io } from "../../io.ts";
import { readAsked } from "../../output/describe-approval.ts";
import { createJsonViewer, createTextViewer, type EventViewer } from "../../output/event-viewer.ts";
import { connect } from "../../server/connect.ts";
import { listOpenApprovals } from "../../session/find-approval.ts";
import { findSession } from "../../session/find-session.ts";
import { followSession } from "../../session/follow-session.ts";
import { readEvents } from "../../session/read-events.ts";

type LogsInput = OneSession & { follow?: true } & Json;

export const logsCommand = defineCommand<LogsInput>({
  name: "logs",
  group: "sessions",
  summary: "show what happened in a session",
  details: "Everything since its beginning; with `--follow` also what comes, until the session ends or Ctrl-C.",
  arguments: [sessionArgument()],
  options: [new Option("-f, --follow", "go on until the session ends")],
  json: "print every event as a line of JSON",
  examples: [
    { line: "ccd logs -f 3d9a", does: "watch a session" },
    { line: "ccd logs --json 3d9a | jq .type", does: "the types of its events; docs/events.md lists them" },
  ],
  run: logs,
});

const SHOWN = ["text", "break", "prompt", "tool", "result", "note", "failure"] as const;

async function logs({ session, follow, json }: LogsInput, io: Io): Promise<number> {
  const client = await connect(io.env);
  const sessionId = await findSession(client, session, io);
  const viewer = json ? createJsonViewer(io) : await createLogViewer(client, sessionId, io);
  const events = follow ? untilEnd(client, sessionId, viewer, io.signal) : readEvents(client, sessionId, io.signal);
  for await (const event of events) await viewer.show(event);
  await viewer.finish();
  return findInterruption(io.signal)?.exitCode ?? EXIT_CODES.ok;
}

/** How something is answered is told of what is open still, and of what is asked from now on. */
async function createLogViewer(client: Client, sessionId: SessionId, { stdout, signal }: Io): Promise<EventViewer> {
  const { lastSeq } = await client.sessions.get.query({ sessionId }, { signal });
  const open = new Set<string>((await listOpenApprovals(client, { sessionId }, signal)).map(({ id }) => id));
  const isOver = ({ seq, data }: Event) => seq <= lastSeq && !open.has(readAsked(at(data, "approval")).id);
  return createTextViewer({ answer: stdout, notes: stdout }, SHOWN, isOver);
}

/** A stopped session may have been started again: it has ended when it is at rest now and all of its log was read. */
async function* untilEnd(
  client: Client,
  sessionId: SessionId,
  viewer: EventViewer,
  signal: AbortSignal,
): AsyncGenerator<Event, void> {
  const onAway = (message: string) => void viewer.note(message);
  let endSeq = Number.POSITIVE_INFINITY;
  try {
    for await (const event of followSession(client, { sessionId, signal, onAway })) {
      yield event;
      if (endsSession(event.type)) endSeq = await findEnd(client, sessionId, signal);
      if (event.seq >= endSeq) return;
    }
  } catch (error) {
    if (!isCcError(error, "SESSION_NOT_FOUND")) throw error;
    await viewer.note("the session was removed");
  }
}

async function findEnd(client: Client, sessionId: SessionId, signal: AbortSignal): Promise<number> {
  const { status, lastSeq } = await client.sessions.get.query({ sessionId }, { signal });
  return endsSession(`session.${status}`) ? lastSeq : Number.POSITIVE_INFINITY;
}
