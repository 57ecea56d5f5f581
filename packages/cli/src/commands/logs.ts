import type { Client } from "@cc-docker/client";
import { type Event, endsSession, isCcError, type SessionId } from "@cc-docker/protocol";
import { findInterruption, type Io } from "../io.ts";
import { EXIT_CODES } from "../output/exit-code.ts";
import { toJsonLine } from "../output/json.ts";
import { createPiecePrinter } from "../output/print-pieces.ts";
import { createRenderer } from "../output/render-event.ts";
import { connect } from "../server/connect.ts";
import { findSession } from "../session/find-session.ts";
import { followSession } from "../session/follow-session.ts";

export type LogsInput = { session: string; follow?: boolean; json?: boolean };

export async function logs({ session, follow, json }: LogsInput, io: Io): Promise<number> {
  const client = await connect(io.env);
  const sessionId = await findSession(client, session, io.signal);
  const events = follow ? untilEnd(client, sessionId, io) : untilNow(client, sessionId, io.signal);
  await (json ? printJson(events, io) : printText(events, io));
  return findInterruption(io.signal)?.exitCode ?? EXIT_CODES.ok;
}

async function printJson(events: AsyncIterable<Event>, { stdout }: Io): Promise<void> {
  for await (const event of events) await stdout.write(toJsonLine(event));
}

async function printText(events: AsyncIterable<Event>, { stdout }: Io): Promise<void> {
  const renderer = createRenderer();
  const printer = createPiecePrinter({ answer: stdout, notes: stdout });
  for await (const event of events) {
    for (const piece of renderer.render(event)) await printer.print(piece);
  }
  await printer.finish();
}

async function* untilNow(client: Client, sessionId: SessionId, signal: AbortSignal): AsyncGenerator<Event, void> {
  const { lastSeq } = await client.sessions.get.query({ sessionId }, { signal });
  let after = 0;
  while (after < lastSeq) {
    const { events } = await client.events.list.query({ sessionId, after, limit: 1000 }, { signal });
    yield* events;
    after = events.at(-1)?.seq ?? lastSeq;
  }
}

/** A stopped session may have been started again: it has ended when it is at rest now and all of its log was read. */
async function* untilEnd(client: Client, sessionId: SessionId, io: Io): AsyncGenerator<Event, void> {
  let endSeq = Number.POSITIVE_INFINITY;
  try {
    for await (const event of followSession(client, { sessionId }, io)) {
      yield event;
      if (endsSession(event.type)) endSeq = await findEnd(client, sessionId, io.signal);
      if (event.seq >= endSeq) return;
    }
  } catch (error) {
    if (!isCcError(error, "SESSION_NOT_FOUND")) throw error;
    await io.stderr.write("The session was removed.\n");
  }
}

async function findEnd(client: Client, sessionId: SessionId, signal: AbortSignal): Promise<number> {
  const { status, lastSeq } = await client.sessions.get.query({ sessionId }, { signal });
  return endsSession(`session.${status}`) ? lastSeq : Number.POSITIVE_INFINITY;
}
