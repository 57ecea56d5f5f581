/** What the wrapper says on the control stream: hello, then the outbox, as fast as the gateway takes it. */
import type { Duplex } from "node:stream";
import {
  createLineReader,
  encodeLine,
  type FromWrapper,
  LINK_VERSION,
  MAX_LINK_LINE_BYTES,
  type MountedDirectory,
  type SessionId,
  ToWrapper,
} from "@cc-docker/protocol";
import type { Outbox } from "./outbox.ts";

export type Conversation = {
  /** Something was added to the outbox that must leave at once. */
  flush(): void;
  /** Something was added that may wait so long for company. */
  flushSoon(withinMs: number): void;
  /** The agent is ready. */
  announceReady(): void;
};

type ConversationOptions = {
  control: Duplex;
  outbox: Outbox;
  sessionId: SessionId;
  /** What is mounted for the agent to work in. */
  workspace: MountedDirectory | undefined;
  /** How far the agent is by now. */
  state: () => { started: boolean; ready: boolean; parked: boolean; allowedRules: string[] };
  onMessage: (message: ToWrapper) => void;
  onBroken: (error: unknown) => void;
};

/** One message carries about this much of the outbox: few lines for many items, none of which holds the gateway up. */
const BATCH_BYTES = 64 * 1024;

export function startConversation({
  control,
  outbox,
  sessionId,
  workspace,
  state,
  onMessage,
  onBroken,
}: ConversationOptions): Conversation {
  const reader = createLineReader({ maxBytes: MAX_LINK_LINE_BYTES });
  let sentUpTo: number | undefined; // unknown until the gateway has said what it holds
  let scheduled = false;
  let lingering: NodeJS.Timeout | undefined;

  function send(message: FromWrapper): void {
    control.write(encodeLine(message));
  }

  function handle(message: ToWrapper): void {
    if (message.type === "hello") checkVersion(message.version);
    if (message.type === "hello") sentUpTo = message.acked;
    if (message.type === "hello") outbox.acknowledge(message.acked);
    if (message.type === "ack") outbox.acknowledge(message.n);
    onMessage(message);
    if (message.type === "hello") flush();
  }

  /** The first goes at once: it may be what a person waits for. What comes right behind it goes together. */
  function flush(): void {
    if (scheduled) return;
    scheduled = true;
    sendItems();
    setImmediate(() => {
      scheduled = false;
      sendItems();
    });
  }

  function flushSoon(withinMs: number): void {
    lingering ??= setTimeout(sendItems, withinMs);
  }

  function sendItems(): void {
    clearTimeout(lingering);
    lingering = undefined;
    while (sentUpTo !== undefined && !control.destroyed && !control.writableNeedDrain) {
      const batch = outbox.read(sentUpTo, BATCH_BYTES);
      const last = batch.at(-1);
      if (!last) return;
      control.write(`{"type":"items","items":[${batch.map(({ json }) => json).join(",")}]}\n`);
      sentUpTo = last.n;
    }
  }

  control.on("drain", flush);
  control.on("data", (chunk: Uint8Array) => {
    try {
      for (const line of reader.push(chunk)) handle(ToWrapper.parse(JSON.parse(line)));
    } catch (error) {
      onBroken(error);
      control.destroy();
    }
  });
  send({ type: "hello", version: LINK_VERSION, sessionId, ...state(), lastNumber: outbox.lastNumber, workspace });
  return { flush, flushSoon, announceReady: () => send({ type: "ready" }) };
}

/** The gateway says the same of us, to people; here it only keeps a stranger's words from being acted on. */
function checkVersion(version: number): void {
  if (version !== LINK_VERSION)
    throw new Error(`the gateway speaks link version ${version}, this wrapper ${LINK_VERSION}`);
}
