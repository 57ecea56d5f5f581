/** One wrapper's conversation: hello, commands down, items up, acknowledgements down. */
import { once } from "node:events";
import type { Duplex } from "node:stream";
import {
  CcError,
  createLineReader,
  encodeLine,
  FromWrapper,
  isCcError,
  LINK_VERSION,
  type LineReader,
  MAX_LINK_LINE_BYTES,
  type OutboxItem,
  type ToWrapper,
} from "@cc-docker/protocol";
import type { Core, SessionRow } from "../../core/core.ts";
import { assertNever } from "../../lib/assert-never.ts";
import type { Clock } from "../../lib/clock.ts";
import { failpoint } from "../../lib/failpoint.ts";
import type { Redactor } from "../../lib/redact.ts";
import { type PieceSize, takePieces } from "../../lib/take-pieces.ts";
import { retry } from "../../lib/wait.ts";
import { createCommandSender } from "./command-sender.ts";
import type { Send } from "./send.ts";
import type { Telemetry } from "./telemetry.ts";

/**
 * What is taken in before others have their turn: some 5 ms of work. A line may hold more items than that, and a
 * message be as large as it likes.
 */
const LINES: PieceSize<string> = { max: 64 * 1024, sizeOf: ({ length }) => length };
const ITEMS: PieceSize<OutboxItem> = { max: 200, sizeOf: () => 1 };
/** How soon a full disk is tried again. */
const RETRY_MS = 500;

export type ControlDeps = {
  links: Core["links"];
  session: SessionRow;
  stream: Duplex;
  modelMaxRetries: number;
  /** Takes the gateway's secrets out of what the wrapper sends, before anything of it is stored or logged. */
  redactor: Redactor;
  /** Where the instance's spans go; absent where nobody wants traces. */
  telemetry?: Pick<Telemetry, "expect"> | undefined;
  clock: Clock;
  /** The wrapper has said who it is: the link works. */
  onHello: () => void;
};

/**
 * Talks until the stream ends. Commands are read from the store whenever its bell rings, so none is lost.
 * @throws CcError LINK_VERSION_MISMATCH, LINK_PROTOCOL_BROKEN, WORKSPACE_NOT_ALLOWED, WORKSPACE_CHANGED
 */
export async function runControl({
  links,
  session,
  stream,
  modelMaxRetries,
  redactor,
  telemetry,
  clock,
  onHello,
}: ControlDeps): Promise<void> {
  const { id: sessionId, generation } = session;
  const send: Send = (message, onWritten) => void stream.write(encodeLine(message), onWritten);
  const commands = createCommandSender({ links, session, telemetry, send, fail: (error) => stream.destroy(error) });
  const reader = createLineReader({ maxBytes: MAX_LINK_LINE_BYTES });
  let acked = session.outboxAcked;
  /** Of a wrapper without an agent: what its outbox holds of an earlier instance comes before the start. */
  let startAfter: number | undefined;
  send({ type: "hello", version: LINK_VERSION, sessionId, acked });
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      for (const lines of takePieces(readLines(reader, chunk), LINES)) await takeLines(lines);
    }
  } finally {
    commands.close();
  }

  /** What came at once is stored at once, up to a piece: one commit, one acknowledgement. */
  async function takeLines(lines: readonly string[]): Promise<void> {
    const messages = parseMessages(lines, redactor);
    for (const message of messages) await handle(message);
    const items = messages.flatMap((message) => (message.type === "items" ? message.items : []));
    for (const piece of takePieces(items, ITEMS)) await takeItems(piece);
    if (startAfter !== undefined && acked >= startAfter) await startAgent();
  }

  async function takeItems(items: readonly OutboxItem[]): Promise<void> {
    failpoint("ingest.received");
    acked = await insist(() => links.ingest({ sessionId, generation, items }), { stream, clock }).catch(orUseless);
    send({ type: "ack", n: acked }, () => failpoint("ingest.acked"));
  }

  async function startAgent(): Promise<void> {
    startAfter = undefined;
    const found = await links.prepareStart(sessionId);
    if (!found) return; // deleted meanwhile
    const { traceparent, ...start } = found;
    telemetry?.expect(sessionId, traceparent);
    const tracing = telemetry && { tracing: traceparent === undefined ? {} : { traceparent } };
    if (start.resume) {
      for await (const part of links.readTranscript(sessionId)) await sendPart({ type: "transcript", ...part });
    }
    await commands.sendRules();
    failpoint("link.start-prepared");
    send({ type: "start", modelMaxRetries, ...tracing, ...start }, () => failpoint("link.start-sent"));
  }

  /** A long transcript is not held in memory as a whole. */
  async function sendPart(message: ToWrapper): Promise<void> {
    if (!stream.write(encodeLine(message))) await untilDrained(stream);
  }

  async function handle(message: FromWrapper): Promise<void> {
    switch (message.type) {
      case "hello":
        checkVersion(message.version);
        if (message.sessionId !== sessionId)
          throw new CcError("LINK_PROTOCOL_BROKEN", `The wrapper is of session ${message.sessionId}.`);
        onHello();
        failpoint("link.hello-heard");
        if (!message.started) await links.requireWorkspace(session, message.workspace);
        if (!message.started) startAfter = message.lastNumber;
        if (message.ready) await links.ready({ sessionId, generation });
        commands.open(message);
        return;
      case "ready":
        return links.ready({ sessionId, generation });
      case "items":
        return;
      default:
        assertNever(message);
    }
  }
}

/** While the disk is full the wrapper keeps what it has: the link, with the model calls on it, stays as it is. */
async function insist<T>(work: () => Promise<T>, { stream, clock }: Pick<ControlDeps, "stream" | "clock">): Promise<T> {
  const gone = new AbortController();
  const onClose = () => gone.abort();
  stream.once("close", onClose);
  const isPassing = (error: unknown) => isCcError(error, "STORE_FULL");
  try {
    return await retry(work, { clock, signal: gone.signal, delayMs: RETRY_MS, isPassing });
  } finally {
    stream.off("close", onClose);
  }
}

async function untilDrained(stream: Duplex): Promise<void> {
  const waiting = new AbortController();
  const events = ["drain", "close"].map((event) => once(stream, event, { signal: waiting.signal }));
  await Promise.race(events).finally(() => waiting.abort());
}

/** An item that makes a defect show is sent again for ever, and makes it show again: so it goes no further. */
function orUseless(error: unknown): never {
  if (isCcError(error)) throw error;
  throw new CcError("LINK_PROTOCOL_BROKEN", "The gateway could not take in what the wrapper sent.", { cause: error });
}

function readLines(reader: LineReader, chunk: Uint8Array): string[] {
  return orBroken(() => reader.push(chunk));
}

function parseMessages(lines: readonly string[], redactor: Redactor): FromWrapper[] {
  return orBroken(() => lines.map((line) => FromWrapper.parse(JSON.parse(redactor.text(line)))));
}

/** What cannot be read now cannot be read when it is sent again: there is no going on with this wrapper. */
function orBroken<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 500) : String(error);
    throw new CcError("LINK_PROTOCOL_BROKEN", `The wrapper sent what the link's protocol does not know: ${reason}`, {
      cause: error,
    });
  }
}

function checkVersion(version: number): void {
  if (version === LINK_VERSION) return;
  throw new CcError(
    "LINK_VERSION_MISMATCH",
    `The wrapper speaks link version ${version}, this gateway ${LINK_VERSION}.`,
  );
}
