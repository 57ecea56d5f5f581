/**
 * The law of the link, for every road to an instance: the gateway's real pipe against the real wrapper in a real
 * instance. Inside, small Node programs of the agent's user play the agent's connections.
 */
import { createCipheriv, createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Duplex } from "node:stream";
import {
  BROKER_PORT,
  createLineReader,
  encodeLine,
  FromWrapper,
  LINK_VERSION,
  MAX_LINK_LINE_BYTES,
  type OutboxItem,
  SessionId,
  type ToWrapper,
  TurnId,
} from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../lib/clock.ts";
import { createRedactor } from "../../lib/redact.ts";
import type { Instance, Runtime } from "../../ports/runtime/runtime.ts";
import { startScriptedModel } from "../../scripted-model/scripted-model.ts";
import { createBroker } from "./broker.ts";
import { type LinkPipe, openLinkPipe } from "./link-pipe.ts";

export type LinkUnderTest = { name: string; image: string; open: () => Promise<LinkArena> };

export type LinkArena = AsyncDisposable & {
  runtime: Runtime;
  /** Runs a command inside and returns what it wrote to stdout. */
  runInside(instance: Instance, command: string[], options: { user: string }): Promise<string>;
};

const MIB = 1024 * 1024;

/** Bytes that look random and are the same on both sides: no two blocks are alike, so none can be swapped. */
function noise(seed: number, size: number): Buffer {
  return createCipheriv("aes-128-ctr", Buffer.alloc(16, seed), Buffer.alloc(16)).update(Buffer.alloc(size));
}

/** All that arrives until the stream ends, or breaks. */
async function readAll(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  await Promise.race([once(stream, "end"), once(stream, "close")]).catch(() => undefined);
  return Buffer.concat(chunks);
}

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/** What every program inside starts with. */
const PRELUDE = `
  const net = require("node:net"), { once } = require("node:events"), crypto = require("node:crypto");
  const { buffer } = require("node:stream/consumers");
  const noise = (seed, size) =>
    crypto.createCipheriv("aes-128-ctr", Buffer.alloc(16, seed), Buffer.alloc(16)).update(Buffer.alloc(size));
  const sha256 = (bytes) => crypto.createHash("sha256").update(bytes).digest("hex");
  const dial = () => net.connect({ host: "127.0.0.1", port: ${BROKER_PORT}, allowHalfOpen: true });
  const say = (value) => console.log(JSON.stringify(value));
`;

export function testLink({ name, image, open }: LinkUnderTest): void {
  const deadline = () => AbortSignal.timeout(30_000);

  /** An instance and a pipe to it. `serve` gets each connection that the agent's user makes to the broker's door. */
  async function openLink(serve: (stream: Duplex) => void) {
    const arena = await open();
    const sessionId = SessionId.parse(randomUUID());
    const instance = await arena.runtime.start({ sessionId, generation: 1, image }, deadline());

    async function openPipe(): Promise<LinkPipe & { control: Control; sever: () => void }> {
      const duplex = await arena.runtime.openLink(instance, deadline());
      const { promise, resolve } = Promise.withResolvers<Control>();
      const doors = { control: (stream: Duplex) => resolve(createControl(stream)), broker: serve };
      const pipe = openLinkPipe(duplex, doors);
      return { ...pipe, control: await promise, sever: () => duplex.destroy() };
    }

    async function runInside(program: string): Promise<unknown> {
      const script = `(async () => {${PRELUDE}${program}})();`;
      return JSON.parse(await arena.runInside(instance, ["node", "-e", script], { user: "agent" }));
    }

    return {
      sessionId,
      openPipe,
      runInside,
      pipe: await openPipe(),
      [Symbol.asyncDispose]: () => arena[Symbol.asyncDispose](),
    };
  }

  describe(`link: ${name}`, () => {
    it("opens with the wrapper's hello: its version, its session, an empty outbox, no rules, its workspace's inode", async () => {
      await using link = await openLink(() => undefined);
      expect(await link.pipe.control.next()).toEqual({
        type: "hello",
        version: LINK_VERSION,
        sessionId: link.sessionId,
        started: false,
        ready: false,
        parked: false,
        lastNumber: 0,
        allowedRules: [],
        workspace: {
          device: expect.stringMatching(/^\d+$/),
          inode: expect.stringMatching(/^\d+$/),
          bootId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        },
      });
    });

    it("carries 1 MiB each way through one connection, byte for byte, past the end of either side", async () => {
      const { promise: received, resolve } = Promise.withResolvers<Buffer>();
      await using link = await openLink(
        (stream) =>
          void readAll(stream).then((bytes) => {
            resolve(bytes); // the whole question first, then the answer: the other direction is closed by then
            stream.end(noise(2, MIB));
          }),
      );
      const answer = await link.runInside(`
        const socket = dial();
        socket.end(noise(1, ${MIB}));
        say(sha256(await buffer(socket)));
      `);
      expect(sha256(await received)).toBe(sha256(noise(1, MIB)));
      expect(answer).toBe(sha256(noise(2, MIB)));
    });

    it("goes on hearing the agent's side when the gateway's side has ended", async () => {
      const { promise: received, resolve } = Promise.withResolvers<Buffer>();
      await using link = await openLink((stream) => {
        stream.end("all said");
        void readAll(stream).then(resolve);
      });
      const heard = await link.runInside(`
        const socket = dial();
        const heard = await buffer(socket);
        socket.end(noise(3, ${MIB}));
        await once(socket, "close");
        say(heard.toString());
      `);
      expect(heard).toBe("all said");
      expect(sha256(await received)).toBe(sha256(noise(3, MIB)));
    });

    it("loses nothing of a long answer to a slow reader", async () => {
      await using link = await openLink((stream) => void stream.resume().on("end", () => stream.end(noise(4, MIB))));
      const answer = await link.runInside(`
        const socket = dial();
        socket.end("go");
        const chunks = [];
        socket.on("data", (chunk) => {
          chunks.push(chunk);
          socket.pause();
          setTimeout(() => socket.resume(), 2);
        });
        await once(socket, "end");
        say(sha256(Buffer.concat(chunks)));
      `);
      expect(answer).toBe(sha256(noise(4, MIB)));
    });

    it("carries many connections at once, each its own bytes", async () => {
      let open = 0;
      const { promise: allOpen, resolve } = Promise.withResolvers<void>();
      await using link = await openLink((stream) => {
        if (++open === 64) resolve();
        void Promise.all([readAll(stream), allOpen]).then(([bytes]) => stream.end(bytes.reverse()));
      });
      const intact = await link.runInside(`
        const exchange = async (seed) => {
          const socket = dial();
          socket.end(noise(seed, 50_000));
          return sha256((await buffer(socket)).reverse()) === sha256(noise(seed, 50_000));
        };
        say((await Promise.all(Array.from({ length: 64 }, (_, seed) => exchange(seed)))).filter(Boolean).length);
      `);
      expect(intact).toBe(64);
    });

    it("never comes to a stand when both sides have more to say than the pipe holds", async () => {
      await using link = await openLink((stream) => void stream.pipe(stream));
      const intact = await link.runInside(`
        const exchange = async (seed) => {
          const socket = dial();
          socket.end(noise(seed, ${2 * MIB}));
          return sha256(await buffer(socket)) === sha256(noise(seed, ${2 * MIB}));
        };
        say(await Promise.all(Array.from({ length: 8 }, (_, seed) => exchange(seed))));
      `);
      expect(intact).toEqual(Array.from({ length: 8 }, () => true));
    });

    it("tells each side when the other gives a connection up", async () => {
      const gone = Promise.withResolvers<void>();
      let connections = 0;
      await using link = await openLink((stream) => {
        if (++connections === 1) return stream.destroy();
        stream.once("close", gone.resolve).on("error", () => undefined);
        stream.write("ready");
      });
      const ended = await link.runInside(`
        const given = await buffer(dial()).catch(() => "reset");
        const second = dial();
        await once(second, "data");
        second.resetAndDestroy();
        say(given.length);
      `);
      expect([0, "reset".length]).toContain(ended);
      await gone.promise;
    });

    it("lets connections wait while it is broken, and carries them when it is open again", async () => {
      await using link = await openLink((stream) => void stream.end("served"));
      await link.pipe.control.next();
      link.pipe.sever();
      await link.pipe.closed;
      const answer = link.runInside(`say((await buffer(dial())).toString());`);
      const again = await link.openPipe();
      expect(await again.control.next()).toMatchObject({ type: "hello", sessionId: link.sessionId });
      expect(await answer).toBe("served");
    });

    it("breaks the connections that it carried, and only those", async () => {
      let serve: (stream: Duplex) => void = () => undefined;
      await using link = await openLink((stream) => {
        stream.on("error", () => undefined);
        serve(stream);
      });
      const { promise: carried, resolve } = Promise.withResolvers<void>();
      serve = (stream) => {
        stream.write("first");
        resolve();
      };
      const answers = link.runInside(`
        const broken = dial();
        broken.on("error", () => {});
        const heard = await buffer(broken);
        say([heard.toString(), (await buffer(dial())).toString()]);
      `);
      await carried;
      serve = (stream) => void stream.end("second");
      link.pipe.sever();
      await link.openPipe();
      expect(await answers).toEqual([expect.stringMatching(/^(first)?$/), "second"]);
    });

    it("gives an older pipe up for good, also with words still on their way through it", async () => {
      await using link = await openLink((stream) => void stream.end("carried"));
      let newest = link.pipe;
      for (let round = 0; round < 8; round += 1) {
        const older = newest;
        const talking = setInterval(() => older.control.send({ type: "ack", n: 0 }), 0);
        newest = await link.openPipe();
        await older.closed;
        clearInterval(talking);
      }
      const ended = newest.closed.then(() => "the newest ended");
      const carried = link.runInside("say((await buffer(dial())).toString());");
      expect(await Promise.race([ended, carried])).toBe("carried");
    });

    it("resends exactly what was not acknowledged, in order, after every break", async () => {
      await using model = await startScriptedModel({});
      const broker = createBroker({
        upstream: { url: model.url },
        redactor: createRedactor(),
        clock: systemClock,
        log: silent,
        rateLimitMaxWaitMs: 0,
        onTraffic: () => undefined,
        onRefused: () => undefined,
        onWait: () => undefined,
        onUse: () => undefined,
      });
      await using link = await openLink((stream) => broker.serve(link.sessionId, stream));
      const { sessionId } = link;
      const hello = (acked: number): ToWrapper => ({
        type: "hello",
        version: LINK_VERSION,
        sessionId,
        acked,
      });
      const start: ToWrapper = { type: "start", config: {}, modelMaxRetries: 0 };
      const turn = (prompt: string): ToWrapper => ({
        type: "turn.start",
        turnId: TurnId.parse(randomUUID()),
        prompt,
      });

      let { control } = link.pipe;
      control.send(hello(0));
      control.send(start);
      control.send(turn("say: one"));
      const first = await control.itemsUntilResult();
      expect(numbers(first)).toEqual(range(1, first.length));
      expect(first.length).toBeGreaterThan(6);
      control.send({ type: "ack", n: 2 });
      link.pipe.sever(); // the gateway has stored five: two acknowledged, three whose acknowledgement is lost

      control = (await link.openPipe()).control;
      expect(await control.next()).toMatchObject({ type: "hello", ready: true });
      control.send(hello(5));
      const resent = await control.itemsUntilResult();
      expect(resent.slice(0, first.length - 5)).toEqual(first.slice(5));
      expect(numbers(resent)).toEqual(range(6, 5 + resent.length));

      control = (await link.openPipe()).control; // the wrapper gives the older pipe up by itself
      const { lastNumber } = (await control.next()) as { lastNumber: number };
      control.send(hello(lastNumber)); // all is stored: nothing comes but the next turn
      control.send(turn("say: two"));
      const second = await control.itemsUntilResult();
      expect(numbers(second)).toEqual(range(lastNumber + 1, lastNumber + second.length));
      broker.close();
    });
  });
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const numbers = (items: OutboxItem[]) => items.map(({ n }) => n);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

type Control = ReturnType<typeof createControl>;

/** The gateway's side of the control stream, spoken by hand. */
function createControl(stream: Duplex) {
  const reader = createLineReader({ maxBytes: MAX_LINK_LINE_BYTES });
  const messages: FromWrapper[] = [];
  let arrived = Promise.withResolvers<void>();
  arrived.promise.catch(() => undefined);
  stream.on("error", () => undefined);
  stream.on("close", () => arrived.reject(new Error("the control stream ended")));
  stream.on("data", (chunk: Buffer) => {
    messages.push(...reader.push(chunk).map((line) => FromWrapper.parse(JSON.parse(line))));
    arrived.resolve();
    arrived = Promise.withResolvers<void>();
    arrived.promise.catch(() => undefined); // nobody may be waiting when the pipe breaks
  });

  async function next(): Promise<FromWrapper> {
    while (messages.length === 0) await arrived.promise;
    return messages.shift() as FromWrapper;
  }

  /** All items up to the one that ends a turn. */
  async function itemsUntilResult(): Promise<OutboxItem[]> {
    const items: OutboxItem[] = [];
    for (;;) {
      const message = await next();
      if (message.type !== "items") continue;
      items.push(...message.items);
      const last = items.at(-1);
      if (last?.kind === "agent-exited") throw new Error(`the agent ended: ${last.detail}`);
      if (items.some((item) => item.kind === "agent" && item.message.type === "result")) return items;
    }
  }

  return { next, itemsUntilResult, send: (message: ToWrapper) => void stream.write(encodeLine(message)) };
}
