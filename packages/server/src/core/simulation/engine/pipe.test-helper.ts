/** The byte pipe to an instance: the gateway's end is a real stream, the wrapper's end speaks lines. It may break. */
import { Duplex } from "node:stream";
import { createLineReader, encodeLine, type FromWrapper, ToWrapper } from "@cc-docker/protocol";
import type { Random } from "../../../lib/random.ts";
import type { ProgramClock } from "./freezable-clock.test-helper.ts";

export type WrapperEnd = {
  readonly isOpen: boolean;
  send(message: FromWrapper): void;
  onMessage(listener: (message: ToWrapper) => void): void;
  onClose(listener: () => void): void;
};
export type Pipe = { gatewayEnd: Duplex; wrapperEnd: WrapperEnd; break(): void };

type PipeDeps = { clock: ProgramClock; network: ProgramClock; random: Random };

const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** `clock`: the wrapper's; what is on its way to the gateway gets there also when the wrapper stands still. */
export function createPipe({ clock, network, random }: PipeDeps): Pipe {
  const up = createCourier(network, random);
  const down = createCourier(clock, random);
  const reader = createLineReader({ maxBytes: MAX_LINE_BYTES });
  const messageListeners: ((message: ToWrapper) => void)[] = [];
  const closeListeners: (() => void)[] = [];
  let isOpen = true;

  const gatewayEnd = new Duplex({
    read: () => undefined,
    write: (chunk: Uint8Array, _encoding, done) => {
      down(() => isOpen && receive(chunk));
      done();
    },
    destroy: (error, done) => {
      close();
      done(error);
    },
  });

  function receive(chunk: Uint8Array): void {
    for (const line of reader.push(chunk)) {
      const message = ToWrapper.parse(JSON.parse(line));
      for (const listener of messageListeners) listener(message);
    }
  }

  function close(): void {
    if (!isOpen) return;
    isOpen = false;
    for (const listener of closeListeners) listener();
  }

  const wrapperEnd: WrapperEnd = {
    get isOpen() {
      return isOpen;
    },
    send: (message) => up(() => void (isOpen && gatewayEnd.push(Buffer.from(encodeLine(message))))),
    onMessage: (listener) => void messageListeners.push(listener),
    onClose: (listener) => void closeListeners.push(listener),
  };
  return { gatewayEnd, wrapperEnd, break: () => void gatewayEnd.destroy() };
}

/** Takes its time, but nothing overtakes another. */
function createCourier(clock: ProgramClock, random: Random): (deliver: () => void) => void {
  let lastAt = 0;
  return (deliver) => {
    lastAt = Math.max(lastAt, clock.now + random.between(0, 4));
    clock.after(lastAt - clock.now, deliver);
  };
}
