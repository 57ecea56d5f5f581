/** The law of the Runtime: every sentence of `runtime.ts` is a test, with real instances of the session image. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Duplex } from "node:stream";
import { SessionId } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { type CopySpec, FILE_PARTS, type Instance, type InstanceExit, type Runtime } from "./runtime.ts";

export type RuntimeUnderTest = {
  name: string;
  image: string;
  /** A runtime with an install of its own; disposing it removes all that the test made. */
  open: () => Promise<RuntimeArena>;
};

export type RuntimeArena = AsyncDisposable & {
  runtime: Runtime;
  /** Another install's runtime on the same engine. */
  openOther: () => Promise<Runtime>;
  /** Leaves files of all kinds in an instance's workspace and state. */
  writeFiles: (instance: Instance) => Promise<void>;
  changeFiles: (instance: Instance) => Promise<void>;
  /** Every file that a copy must have, with all that is to be equal. */
  readFiles: (instance: Instance) => Promise<string>;
  /** Has an instance stand still, from outside the runtime. */
  freeze: (instance: Instance) => Promise<void>;
  thaw: (instance: Instance) => Promise<void>;
  /** Ends an instance as a crash does, from outside the runtime. */
  crash: (instance: Instance) => Promise<void>;
};

/** What the wrapper says first: it is the HTTP/2 client. */
const HTTP2_PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

export function testRuntime({ name, image, open }: RuntimeUnderTest): void {
  const deadline = () => AbortSignal.timeout(30_000);
  const newSpec = (generation = 1) => ({ sessionId: SessionId.parse(randomUUID()), generation, image });

  async function expectNothingLeft(runtime: Runtime, sessionId: SessionId): Promise<void> {
    expect((await runtime.list()).map((one) => one.sessionId)).not.toContain(sessionId);
    expect(await runtime.listOwners()).not.toContain(sessionId);
  }

  describe(`runtime: ${name}: start`, () => {
    it("runs an instance of that session and generation", async () => {
      await using arena = await open();
      const spec = newSpec(3);
      const instance = await arena.runtime.start(spec, deadline());
      expect(instance).toMatchObject({ sessionId: spec.sessionId, generation: 3, running: true });
      expect(await arena.runtime.list()).toEqual([instance]);
      expect(await arena.runtime.listOwners()).toEqual([spec.sessionId]);
    });

    it("returns the instance that runs already", async () => {
      await using arena = await open();
      const spec = newSpec();
      const first = await arena.runtime.start(spec, deadline());
      expect(await arena.runtime.start(spec, deadline())).toEqual(first);
      expect(await arena.runtime.list()).toHaveLength(1);
    });

    it("replaces an instance of an earlier generation", async () => {
      await using arena = await open();
      const spec = newSpec();
      const first = await arena.runtime.start(spec, deadline());
      const second = await arena.runtime.start({ ...spec, generation: 2 }, deadline());
      expect(second.ref).not.toBe(first.ref);
      expect(await arena.runtime.list()).toEqual([second]);
    });

    it("replaces an instance that has ended", async () => {
      await using arena = await open();
      const spec = newSpec();
      await arena.crash(await arena.runtime.start(spec, deadline()));
      const again = await arena.runtime.start(spec, deadline());
      expect(await arena.runtime.list()).toEqual([{ ...again, running: true }]);
    });

    it("of a missing image fails with IMAGE_NOT_FOUND and leaves nothing behind", async () => {
      await using arena = await open();
      const spec = { ...newSpec(), image: "cc-docker/there-is-no-such-image:1" };
      await expect(arena.runtime.start(spec, deadline())).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
      await expectNothingLeft(arena.runtime, spec.sessionId);
    });

    it("that is given up before it began leaves nothing behind", async () => {
      await using arena = await open();
      const spec = newSpec();
      const start = arena.runtime.start(spec, AbortSignal.abort(new Error("given up")));
      await expect(start).rejects.toThrow("given up");
      await expectNothingLeft(arena.runtime, spec.sessionId);
    });
  });

  it(`runtime: ${name}: a start that is given up at any moment leaves no instance behind`, async () => {
    await using arena = await open();
    for (const afterMs of [2, 4, 5, 6, 7, 8, 10, 20, 40, 80]) {
      const spec = newSpec();
      const started = await arena.runtime.start(spec, AbortSignal.timeout(afterMs)).catch(() => undefined);
      await arena.runtime.remove(spec.sessionId);
      await expectNothingLeft(arena.runtime, spec.sessionId);
      if (started) break; // a fast engine: nothing was given up
    }
    expect(await arena.runtime.list()).toEqual([]); // none came late either
    expect(await arena.runtime.listOwners()).toEqual([]);
  });

  describe(`runtime: ${name}: measure`, () => {
    it("tells what an instance uses, also of one that stands still, and nothing of one that has ended", async () => {
      await using arena = await open();
      const instance = await arena.runtime.start(newSpec(), deadline());
      const first = await arena.runtime.measure(instance);
      expect(first?.cpuMs).toBeGreaterThan(0);
      expect(first?.memoryBytes).toBeGreaterThan(100_000);
      await arena.runtime.pause(instance.sessionId);
      const still = await arena.runtime.measure(instance);
      expect(still?.cpuMs).toBeGreaterThanOrEqual(first?.cpuMs ?? 0);
      expect((await arena.runtime.measure(instance))?.cpuMs).toBe(still?.cpuMs);
      await arena.runtime.unpause(instance.sessionId);
      await arena.crash(instance);
      expect(await arena.runtime.measure(instance)).toBeUndefined();
      await arena.runtime.stop(instance.sessionId, 0);
      expect(await arena.runtime.measure(instance)).toBeUndefined();
    });
  });

  describe(`runtime: ${name}: pause`, () => {
    const isPaused = async (runtime: Runtime, id: SessionId) =>
      (await runtime.list()).find(({ sessionId }) => sessionId === id)?.paused;

    it("has an instance stand still and go on, as often as that is said", async () => {
      await using arena = await open();
      const instance = await arena.runtime.start(newSpec(), deadline());
      for (const paused of [true, false]) {
        for (let times = 0; times < 2; times += 1)
          await (paused ? arena.runtime.pause(instance.sessionId) : arena.runtime.unpause(instance.sessionId));
        expect(await arena.runtime.list()).toEqual([{ ...instance, running: true, paused }]);
      }
      const link = await arena.runtime.openLink(instance, deadline());
      expect(await readStart(link)).toBe(HTTP2_PREFACE);
      link.destroy();
    });

    it("shows what somebody else has paused, and has it go on", async () => {
      await using arena = await open();
      const spec = newSpec();
      const instance = await arena.runtime.start(spec, deadline());
      await arena.freeze(instance);
      expect(await isPaused(arena.runtime, spec.sessionId)).toBe(true);
      await arena.runtime.unpause(spec.sessionId);
      expect(await isPaused(arena.runtime, spec.sessionId)).toBe(false);
      await arena.freeze(instance);
      expect(await arena.runtime.start(spec, deadline())).toEqual(instance);
      expect(await isPaused(arena.runtime, spec.sessionId)).toBe(false);
    });

    it("ends and removes an instance that stands still as promptly as any", async () => {
      await using arena = await open();
      const [stopped, removed] = [newSpec().sessionId, newSpec().sessionId];
      for (const sessionId of [stopped, removed]) {
        await arena.runtime.start({ ...newSpec(), sessionId }, deadline());
        await arena.runtime.pause(sessionId);
      }
      const beganAt = performance.now();
      await arena.runtime.stop(stopped, 60_000);
      await arena.runtime.remove(removed);
      expect(performance.now() - beganAt).toBeLessThan(10_000);
      expect(await arena.runtime.list()).toEqual([]);
      expect(await arena.runtime.listOwners()).toEqual([stopped]);
    });

    it("of what it does not know, or what has ended, changes nothing", async () => {
      await using arena = await open();
      const ended = await arena.runtime.start(newSpec(), deadline());
      await arena.crash(ended);
      for (const id of [newSpec().sessionId, ended.sessionId]) {
        await arena.runtime.pause(id);
        await arena.runtime.unpause(id);
      }
      expect(await arena.runtime.list()).toEqual([{ ...ended, running: false, paused: false }]);
    });
  });

  describe(`runtime: ${name}: end`, () => {
    it("stops an instance and keeps what the session owns", async () => {
      await using arena = await open();
      const { sessionId } = await arena.runtime.start(newSpec(), deadline());
      expect(await arena.runtime.listActive()).toEqual([sessionId]);
      await arena.runtime.stop(sessionId, 5000);
      expect(await arena.runtime.list()).toEqual([]);
      expect(await arena.runtime.listActive()).toEqual([]);
      expect(await arena.runtime.listOwners()).toEqual([sessionId]);
    });

    it("removes an instance, running or not, with all that the session owns", async () => {
      await using arena = await open();
      const running = await arena.runtime.start(newSpec(), deadline());
      const ended = await arena.runtime.start(newSpec(), deadline());
      await arena.crash(ended);
      for (const { sessionId } of [running, ended]) {
        await arena.runtime.remove(sessionId);
        await expectNothingLeft(arena.runtime, sessionId);
      }
    });

    it("stops and removes what it does not know, and what is gone already", async () => {
      await using arena = await open();
      const { sessionId } = await arena.runtime.start(newSpec(), deadline());
      const unknown = newSpec().sessionId;
      for (const id of [unknown, sessionId, sessionId]) {
        await arena.runtime.stop(id, 1000);
        await arena.runtime.remove(id);
      }
      await expectNothingLeft(arena.runtime, sessionId);
    });
  });

  describe(`runtime: ${name}: copy`, () => {
    /** A session at rest that has files. */
    async function leaveFiles(arena: RuntimeArena): Promise<SessionId> {
      const instance = await arena.runtime.start(newSpec(), deadline());
      await arena.writeFiles(instance);
      const files = await arena.readFiles(instance);
      await arena.runtime.stop(instance.sessionId, 5000);
      left.set(instance.sessionId, files);
      return instance.sessionId;
    }
    const left = new Map<SessionId, string>();

    const copyFiles = (
      arena: RuntimeArena,
      spec: Partial<CopySpec> & Omit<CopySpec, "image" | "parts">,
      onRead = () => {},
    ) => arena.runtime.copy({ image, parts: FILE_PARTS, ...spec }, deadline(), onRead);

    it("gives the other session all the files, as they are, and leaves the first's alone", async () => {
      await using arena = await open();
      const from = await leaveFiles(arena);
      const to = newSpec().sessionId;
      expect(await copyFiles(arena, { from, to })).toBe(true);
      expect(new Set(await arena.runtime.listOwners())).toEqual(new Set([from, to]));
      const copy = await arena.runtime.start({ ...newSpec(), sessionId: to }, deadline());
      expect(await arena.readFiles(copy)).toBe(left.get(from));
      await arena.changeFiles(copy);
      expect(await arena.readFiles(copy)).not.toBe(left.get(from));
      const first = await arena.runtime.start({ ...newSpec(2), sessionId: from }, deadline());
      expect(await arena.readFiles(first)).toBe(left.get(from));
    });

    it("says once that it has read everything, before its end", async () => {
      await using arena = await open();
      const from = await leaveFiles(arena);
      const said: string[] = [];
      await copyFiles(arena, { from, to: newSpec().sessionId }, () => said.push("read"));
      said.push("done");
      expect(said).toEqual(["read", "done"]);
    });

    it("begins anew, whatever an earlier one has left, and leaves no other thing behind", async () => {
      await using arena = await open();
      const from = await leaveFiles(arena);
      const to = newSpec().sessionId;
      const copy = await arena.runtime.start({ ...newSpec(), sessionId: to }, deadline());
      await arena.changeFiles(copy);
      await arena.runtime.stop(to, 1000);
      for (let n = 0; n < 2; n += 1) expect(await copyFiles(arena, { from, to })).toBe(true);
      expect(await arena.runtime.list()).toEqual([]);
      expect(await arena.runtime.listActive()).toEqual([]);
      const whole = await arena.runtime.start({ ...newSpec(), sessionId: to }, deadline());
      expect(await arena.readFiles(whole)).toBe(left.get(from));
    });

    it("that is given up at any moment leaves nothing", async () => {
      await using arena = await open();
      const from = await leaveFiles(arena);
      for (const afterMs of [0, 5, 20, 60, 120, 250, 500]) {
        const to = newSpec().sessionId;
        const copied = await arena.runtime
          .copy({ from, to, image, parts: FILE_PARTS }, AbortSignal.timeout(afterMs), () => undefined)
          .catch((error: unknown) => error);
        if (copied === true) break; // a fast engine
        expect(copied).toMatchObject({ name: "TimeoutError" });
        await expectNothingLeft(arena.runtime, to);
      }
    });

    it("of a session that has nothing makes nothing", async () => {
      await using arena = await open();
      const [from, to] = [newSpec().sessionId, newSpec().sessionId];
      expect(await copyFiles(arena, { from, to })).toBe(false);
      expect(await arena.runtime.listOwners()).toEqual([]);
    });

    it("without the image fails with IMAGE_NOT_FOUND and leaves nothing", async () => {
      await using arena = await open();
      const from = await leaveFiles(arena);
      const to = newSpec().sessionId;
      const copying = copyFiles(arena, { from, to, image: "cc-docker/there-is-no-such-image:1" });
      await expect(copying).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
      await expectNothingLeft(arena.runtime, to);
    });
  });

  describe(`runtime: ${name}: view`, () => {
    it("answers a check", async () => {
      await using arena = await open();
      await expect(arena.runtime.check(deadline())).resolves.toBeUndefined();
    });

    it("gives up a check with its caller", async () => {
      await using arena = await open();
      await expect(arena.runtime.check(AbortSignal.abort())).rejects.toMatchObject({ code: "RUNTIME_UNAVAILABLE" });
    });

    it("shows an install its own instances, never another's", async () => {
      await using arena = await open();
      const own = await arena.runtime.start(newSpec(), deadline());
      await using other = await arena.openOther();
      expect(await other.list()).toEqual([]);
      expect(await other.listOwners()).toEqual([]);
      expect(await arena.runtime.list()).toEqual([own]);
    });

    it("lists an instance that has ended as not running", async () => {
      await using arena = await open();
      const instance = await arena.runtime.start(newSpec(), deadline());
      await arena.crash(instance);
      expect(await arena.runtime.list()).toEqual([{ ...instance, running: false }]);
    });

    it("reports the end of an instance once to each listener, until it unsubscribes", async () => {
      await using arena = await open();
      const [heard, cut]: [InstanceExit[], InstanceExit[]] = [[], []];
      arena.runtime.onExit((exit) => heard.push(exit));
      arena.runtime.onExit((exit) => cut.push(exit))();
      const [first, second] = [newSpec(2), newSpec(1)];
      await arena.crash(await arena.runtime.start(first, deadline()));
      await expect.poll(() => heard.length).toBe(1);
      await arena.runtime.stop(first.sessionId, 1000);
      await arena.crash(await arena.runtime.start(second, deadline()));
      await expect.poll(() => heard.length).toBe(2); // nothing else came between the two
      expect(heard).toEqual([
        {
          sessionId: first.sessionId,
          generation: 2,
          detail: expect.stringMatching(/exit code \d+/),
          outOfMemory: false,
        },
        { sessionId: second.sessionId, generation: 1, detail: expect.any(String), outOfMemory: false },
      ]);
      expect(cut).toEqual([]);
    });

    it("says that something has changed when somebody else did it, and of its own doing nothing", async () => {
      await using arena = await open();
      const { runtime } = arena;
      const other = await runtime.start(newSpec(), deadline());
      let [changes, ends] = [0, 0];
      const unsubscribe = runtime.onChange(() => (changes += 1));
      runtime.onExit(() => (ends += 1));
      await expect.poll(() => changes).toBe(1); // it has begun to listen: nobody knows what was before
      const { sessionId } = await runtime.start(newSpec(), deadline());
      await runtime.pause(sessionId);
      await runtime.unpause(sessionId);
      await runtime.stop(sessionId, 1000);
      await arena.crash(await runtime.start(newSpec(), deadline()));
      await expect.poll(() => ends).toBe(2); // it has heard all that was before that
      expect(changes).toBe(1);
      const disturb = async () => {
        await arena.freeze(other);
        await arena.thaw(other);
        return changes;
      };
      await expect.poll(disturb).toBeGreaterThan(1);
      unsubscribe();
    });

    it("reports an end that came before anybody listened", async () => {
      await using arena = await open();
      const instance = await arena.runtime.start(newSpec(), deadline());
      await arena.crash(instance);
      const heard: InstanceExit[] = [];
      arena.runtime.onExit((exit) => heard.push(exit));
      await expect.poll(() => heard).toMatchObject([{ sessionId: instance.sessionId, generation: 1 }]);
    });
  });

  describe(`runtime: ${name}: link`, () => {
    it("carries the wrapper's bytes as soon as it listens", async () => {
      await using arena = await open();
      const instance = await arena.runtime.start(newSpec(), deadline());
      const link = await arena.runtime.openLink(instance, deadline());
      expect(await readStart(link)).toBe(HTTP2_PREFACE);
      link.destroy();
    });

    it("can be opened again after it broke, as often as one likes", async () => {
      await using arena = await open();
      const instance = await arena.runtime.start(newSpec(), deadline());
      for (let n = 0; n < 5; n += 1) {
        const link = await arena.runtime.openLink(instance, deadline());
        expect(await readStart(link)).toBe(HTTP2_PREFACE);
        link.destroy();
      }
    });

    it("outlives the signal that limited its opening", async () => {
      await using arena = await open();
      const instance = await arena.runtime.start(newSpec(), deadline());
      const opening = new AbortController();
      const link = await arena.runtime.openLink(instance, opening.signal);
      opening.abort();
      expect(await readStart(link)).toBe(HTTP2_PREFACE);
      expect(link.destroyed).toBe(false);
      link.destroy();
    });

    it("ends when the instance does", async () => {
      await using arena = await open();
      const instance = await arena.runtime.start(newSpec(), deadline());
      const link = await arena.runtime.openLink(instance, deadline());
      await readStart(link);
      const ended = once(link, "close");
      link.on("error", () => undefined);
      link.resume();
      await arena.crash(instance);
      await ended;
      expect(link.destroyed).toBe(true);
    });

    it("to an instance that is gone is given up with the signal", async () => {
      await using arena = await open();
      const instance = await arena.runtime.start(newSpec(), deadline());
      await arena.runtime.stop(instance.sessionId, 1000);
      await expect(arena.runtime.openLink(instance, AbortSignal.timeout(200))).rejects.toBeInstanceOf(Error);
    });
  });
}

async function readStart(link: Duplex): Promise<string> {
  let text = "";
  while (text.length < HTTP2_PREFACE.length) {
    const chunk = link.read() as Buffer | null;
    if (chunk) text += chunk.toString("latin1");
    else await once(link, "readable");
  }
  return text.slice(0, HTTP2_PREFACE.length);
}
