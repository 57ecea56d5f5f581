/** One wrapper's conversation: hello, commands down, items up, acknowledgements down. */
import type { Duplex } from "node:stream";
import {
  CcError,
  createLineReader,
  encodeLine,
  FromWrapper,
  LINK_VERSION,
  type LineReader,
  MAX_LINK_LINE_BYTES,
  type OutboxItem,
  type ToWrapper,
} from "@cc-docker/protocol";
import type { Core, SessionRow } from "../../core/core.ts";
import { assertNever } from "../../lib/assert-never.ts";

export type ControlDeps = {
  links: Core["links"];
  session: SessionRow;
  stream: Duplex;
  modelMaxRetries: number;
  /** The wrapper has said who it is: the link works. */
  onHello: () => void;
};

/**
 * Talks until the stream ends. Commands are read from the store whenever its bell rings, so none is lost.
 * @throws CcError LINK_VERSION_MISMATCH, LINK_PROTOCOL_BROKEN
 */
export async function runControl({ links, session, stream, modelMaxRetries, onHello }: ControlDeps): Promise<void> {
  const send = (message: ToWrapper) => void stream.write(encodeLine(message));
  const commands = createCommandSender({ links, session, send, fail: (error) => stream.destroy(error) });
  const reader = createLineReader({ maxBytes: MAX_LINK_LINE_BYTES });
  send({
    type: "hello",
    version: LINK_VERSION,
    sessionId: session.id,
    acked: session.outboxAcked,
    config: session.config,
    modelMaxRetries,
  });
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      const messages = parseMessages(reader, chunk);
      for (const message of messages) await handle(message);
      await takeItems(messages.flatMap((message) => (message.type === "items" ? message.items : [])));
    }
  } finally {
    commands.close();
  }

  /** All that came at once is stored at once: one commit, one acknowledgement. */
  async function takeItems(items: OutboxItem[]): Promise<void> {
    if (items.length === 0) return;
    send({ type: "ack", n: await links.ingest({ sessionId: session.id, generation: session.generation, items }) });
  }

  async function handle(message: FromWrapper): Promise<void> {
    switch (message.type) {
      case "hello":
        checkVersion(message.version);
        if (message.sessionId !== session.id)
          throw new CcError("LINK_PROTOCOL_BROKEN", `The wrapper is of session ${message.sessionId}.`);
        onHello();
        if (message.ready) await links.ready(session.id);
        commands.open();
        return;
      case "ready":
        return links.ready(session.id);
      case "items":
        return;
      default:
        assertNever(message);
    }
  }
}

/** What cannot be read now cannot be read when it is sent again: there is no going on with this wrapper. */
function parseMessages(reader: LineReader, chunk: Uint8Array): FromWrapper[] {
  try {
    return reader.push(chunk).map((line) => FromWrapper.parse(JSON.parse(line)));
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

/** Sends the running turn's prompt once a connection; the wrapper ignores a turn it knows. */
function createCommandSender({
  links,
  session,
  send,
  fail,
}: {
  links: Core["links"];
  session: SessionRow;
  send: (message: ToWrapper) => void;
  /** Breaks the connection: a command that could not be read must not be forgotten. */
  fail: (error: Error) => void;
}) {
  let opened = false;
  let lastSent: string | undefined;

  async function sendTurn(): Promise<void> {
    const turn = await links.findRunningTurn(session.id);
    if (!turn || turn.id === lastSent) return;
    lastSent = turn.id;
    send({ type: "turn.start", turnId: turn.id, prompt: turn.prompt });
  }

  function wake(): void {
    if (opened) sendTurn().catch(fail); // the next connection sends it
  }

  const unsubscribe = links.onCommand(session.id, wake);
  return {
    open: () => {
      opened = true;
      wake();
    },
    close: unsubscribe,
  };
}
