/**
 * A WebSocket that carries text. What comes is handled one message after the other, what goes waits for a slow reader,
 * and a peer that is silently gone is found within three beats.
 */
import { once } from "node:events";
import type { Duplex } from "node:stream";
import { setImmediate as othersTurn } from "node:timers/promises";
import type { RawData, WebSocket } from "ws";
import { toTimerMs } from "./clock.ts";

export type TextSocket = {
  /** Aborted when the connection is over. */
  gone: AbortSignal;
  /** Sends a message; nothing once the connection ends. For answers: whoever sends more uses `write`. */
  send(text: string): void;
  /**
   * Sends messages, as `toTextFrames` makes them, once the peer has taken what was written before. `encode` is called
   * when it is their turn: what waits is not held as bytes.
   * @returns undefined when it takes more, else what resolves when it has taken these, or is gone
   */
  write(encode: () => Buffer): Promise<void> | undefined;
  /** Resolves when the peer has taken what was sent, or is gone. */
  drained(): Promise<void>;
  /** Resolves when what has come was handled. */
  idle(): Promise<void>;
  /** The peer has as long as the server's `closeTimeout` to agree. */
  close(code: number, reason: string): void;
  /** The same in so many milliseconds; takes the place of what was said before. */
  closeIn(ms: number, code: number, reason: string): void;
  /** Hands over one message at a time: the next waits for the promise, and little more is read meanwhile. */
  onText(listener: (text: string) => Promise<void>): void;
};

/** A code of RFC 6455, or above 4000, and at most 123 bytes of words. */
export type CloseReason = { code: number; reason: string };

export type TextSocketOptions = {
  /** What the socket writes to. */
  wire: Duplex;
  /** Aborted when the wire is closed. */
  gone: AbortSignal;
  /** How often the peer is asked whether it lives, in milliseconds. */
  beatMs: number;
  /** Why it is closed by itself: when a message is no text, or a listener has thrown. */
  closeWith: { binary: CloseReason; defect: CloseReason };
  /** Told what a listener has thrown. The connection ends with it. */
  onDefect(error: unknown): void;
};

/** Beats without a word from the peer before it is taken for dead. */
const MAX_MISSED = 2;

export function createTextSocket(ws: WebSocket, options: TextSocketOptions): TextSocket {
  const { wire, gone, beatMs } = options;
  let closing: NodeJS.Timeout | undefined;
  let waiting: Promise<void> | undefined;
  const reader = createReader(ws, options);
  const stopBeats = startBeats(ws, beatMs, () => reader.isBusy() || wire.writableNeedDrain);
  wire.setMaxListeners(0); // whoever writes may wait for it
  ws.on("error", () => undefined); // "close" follows, with a code that says what was wrong
  ws.on("ping", (data) => {
    if (!wire.writableNeedDrain) ws.pong(data); // none for who does not read
  });
  gone.addEventListener("abort", () => {
    stopBeats();
    clearTimeout(closing);
  });

  async function drained(): Promise<void> {
    while (wire.writableNeedDrain && !gone.aborted) await once(wire, "drain", { signal: gone }).catch(() => undefined); // it left
  }

  /** A frame of `ws` is whole when it returns: nothing is compressed. */
  function writeNow(encode: () => Buffer): void {
    const frames = ws.readyState === ws.OPEN ? encode() : undefined;
    if (frames && frames.length > 0) wire.write(frames);
  }

  async function writeNext(before: Promise<void> | undefined, encode: () => Buffer): Promise<void> {
    await before;
    await drained();
    writeNow(encode);
    await drained();
  }

  function write(encode: () => Buffer): Promise<void> | undefined {
    if (!waiting && !wire.writableNeedDrain) {
      writeNow(encode);
      return wire.writableNeedDrain ? drained() : undefined;
    }
    const mine = writeNext(waiting, encode).finally(() => {
      if (waiting === mine) waiting = undefined;
    });
    waiting = mine;
    return mine;
  }

  return {
    gone,
    send(text) {
      if (ws.readyState === ws.OPEN) ws.send(text);
    },
    drained,
    write,
    idle: reader.idle,
    close: (code, reason) => ws.close(code, reason),
    closeIn(ms, code, reason) {
      clearTimeout(closing);
      if (!gone.aborted) closing = setTimeout(() => ws.close(code, reason), toTimerMs(ms)).unref();
    },
    onText: reader.hear,
  };
}

/** `isWaitedFor`: a peer that is not listened to, or that takes its time to read, is not judged. */
function startBeats(ws: WebSocket, beatMs: number, isWaitedFor: () => boolean): () => void {
  let missed = 0;
  const heard = () => void (missed = 0);
  for (const sign of ["pong", "ping", "message"]) ws.on(sign, heard);
  const beats = setInterval(() => {
    if (isWaitedFor()) return;
    if (missed === MAX_MISSED) return ws.terminate();
    missed += 1;
    ws.ping();
  }, beatMs);
  beats.unref();
  return () => clearInterval(beats);
}

/** Messages in the order of their arrival; while one is handled the socket is not read. */
function createReader(ws: WebSocket, { closeWith, onDefect }: Pick<TextSocketOptions, "closeWith" | "onDefect">) {
  let listener: (text: string) => Promise<void> = async () => undefined;
  let handled = Promise.resolve();
  let waiting = 0;

  async function handle(text: string): Promise<void> {
    try {
      if (ws.readyState === ws.OPEN) await listener(text);
    } catch (error) {
      onDefect(error);
      ws.close(closeWith.defect.code, closeWith.defect.reason);
    }
    waiting -= 1;
    if (waiting === 0) ws.resume();
    else await othersTurn(); // thousands may have come in one piece
  }

  function take(data: RawData, isBinary: boolean): void {
    if (isBinary) return ws.close(closeWith.binary.code, closeWith.binary.reason);
    waiting += 1;
    ws.pause();
    handled = handled.then(() => handle(data.toString()));
  }

  ws.on("message", take);
  return {
    isBusy: () => waiting > 0,
    idle: () => handled,
    hear: (heard: typeof listener) => void (listener = heard),
  };
}
