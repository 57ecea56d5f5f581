import { randomUUID } from "node:crypto";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AgentSessionId } from "@cc-docker/protocol";
import { describe, expect, it, onTestFinished } from "vitest";
import { type NewItem, type Outbox, openOutbox } from "./outbox.ts";

const MIB = 1024 * 1024;

function makePath(): string {
  const directory = mkdtempSync(join(tmpdir(), "cc-docker-outbox-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return join(directory, "home", "outbox.jsonl");
}

function open(path = makePath()): Outbox {
  const outbox = openOutbox(path);
  onTestFinished(() => {
    try {
      outbox.close();
    } catch {
      // the test has closed it
    }
  });
  return outbox;
}

const item = (text: string): NewItem => ({ kind: "agent", message: { type: "assistant", text } });
const textOf = ({ json }: { json: string }) => (JSON.parse(json) as { message: { text: string } }).message.text;
const numbers = (items: { n: number }[]) => items.map(({ n }) => n);

describe("the outbox", () => {
  it("numbers items 1, 2, 3 … and gives them back encoded, with their numbers", () => {
    const outbox = open();
    expect([outbox.add(item("a")), outbox.add(item("é😀")), outbox.lastNumber]).toEqual([1, 2, 2]);
    expect(outbox.read(0, MIB)).toEqual([
      { n: 1, json: '{"n":1,"kind":"agent","message":{"type":"assistant","text":"a"}}' },
      { n: 2, json: '{"n":2,"kind":"agent","message":{"type":"assistant","text":"é😀"}}' },
    ]);
  });

  it("has nothing to give when it is empty or the reader is ahead", () => {
    const outbox = open();
    expect(outbox.read(0, MIB)).toEqual([]);
    outbox.add(item("a"));
    expect(outbox.read(1, MIB)).toEqual([]);
    expect(outbox.read(99, MIB)).toEqual([]);
  });

  it("gives what follows a number, in batches of about the bytes asked for, at least one item", () => {
    const outbox = open();
    for (let n = 1; n <= 10; n += 1) outbox.add(item("x".repeat(1000)));
    expect(numbers(outbox.read(7, MIB))).toEqual([8, 9, 10]);
    expect(numbers(outbox.read(2, 2500))).toEqual([3, 4, 5]);
    expect(numbers(outbox.read(2, 1))).toEqual([3]);
  });

  it("lets go of what is acknowledged, and of nothing else", () => {
    const outbox = open();
    for (let n = 1; n <= 5; n += 1) outbox.add(item(`${n}`));
    outbox.acknowledge(3);
    expect([numbers(outbox.read(0, MIB)), outbox.pendingCount]).toEqual([[4, 5], 2]);
    outbox.acknowledge(1);
    outbox.acknowledge(3);
    expect(outbox.pendingCount).toBe(2);
    outbox.acknowledge(5);
    expect([outbox.read(0, MIB), outbox.pendingCount]).toEqual([[], 0]);
    expect(outbox.add(item("next"))).toBe(6);
  });

  it("numbers on above what the gateway has stored, also when it knows nothing of it itself", () => {
    const outbox = open();
    outbox.acknowledge(40);
    expect(outbox.add(item("a"))).toBe(41);
    expect(numbers(outbox.read(40, MIB))).toEqual([41]);
  });

  it("keeps little in memory when the gateway is far behind, and still gives all of it, in order", () => {
    const outbox = open();
    const texts = Array.from({ length: 40 }, (_, n) => `${n}é`.repeat(100_000));
    for (const text of texts) outbox.add(item(text));
    const seen: string[] = [];
    for (let after = 0; after < 40; after += 1) seen.push(...outbox.read(after, 1).map(textOf));
    expect(seen.every((text, n) => text === texts[n])).toBe(true);
    outbox.acknowledge(39);
    expect(outbox.read(0, MIB).map(textOf)).toEqual([texts[39]]);
  });

  it("has every item on disk before its number is known", () => {
    const path = makePath();
    const outbox = open(path);
    outbox.add(item("a"));
    expect(readFileSync(path, "utf8")).toBe(`${outbox.read(0, MIB)[0]?.json}\n`);
  });

  it("finds everything again after the wrapper's death", () => {
    const path = makePath();
    const before = open(path);
    for (const text of ["a", "é\n", "c"]) before.add(item(text));
    const expected = before.read(0, MIB);
    before.close();
    const after = open(path);
    expect(after.read(0, MIB)).toEqual(expected);
    expect([after.lastNumber, after.add(item("d"))]).toEqual([3, 4]);
    expect(after.read(2, MIB).map(textOf)).toEqual(["c", "d"]);
  });

  it("forgets that an agent of an earlier life ended, which says nothing of the next one, and numbers on", () => {
    const path = makePath();
    const before = open(path);
    before.add(item("a"));
    before.add({ kind: "agent-exited", detail: "exit code 1" });
    expect(numbers(before.read(0, MIB))).toEqual([1, 2]);
    before.close();
    const after = open(path);
    expect([after.read(0, MIB).map(textOf), after.lastNumber]).toEqual([["a"], 1]);
    after.acknowledge(2); // the gateway may have stored it
    expect(after.add(item("b"))).toBe(3);
    expect(numbers(after.read(1, MIB))).toEqual([3]);
  });

  it("gives what follows a number also where one is missing, in memory and read back", () => {
    const path = makePath();
    const before = open(path);
    for (const text of ["1", "2"]) before.add(item(text));
    before.add({ kind: "agent-exited", detail: "" });
    for (const text of ["4", "5", "6"]) before.add(item(text));
    const expected = before.read(0, MIB).filter(({ n }) => n !== 3);
    before.close();
    const after = open(path);
    expect([after.read(0, MIB), after.lastNumber]).toEqual([expected, 6]);
    for (let n = 0; n <= 7; n += 1) {
      expect(numbers(after.read(n, MIB)), `after ${n}`).toEqual([1, 2, 4, 5, 6].filter((one) => one > n));
    }
    after.acknowledge(3);
    expect([numbers(after.read(3, 1)), numbers(after.read(4, MIB)), after.pendingCount]).toEqual([[4], [5, 6], 3]);
    expect(after.add(item("7"))).toBe(7);
    expect(after.read(5, MIB).map(textOf)).toEqual(["6", "7"]);
    after.close();
    expect(open(path).read(0, MIB).map(textOf)).toEqual(["1", "2", "4", "5", "6", "7"]);
  });

  it("keeps parts of the transcript across the wrapper's death", () => {
    const path = makePath();
    const before = open(path);
    const agentSessionId = AgentSessionId.parse(randomUUID());
    before.add({ kind: "transcript", agentSessionId, subpath: "a", entries: [{ type: "user", text: "é" }] });
    const expected = before.read(0, MIB);
    before.close();
    expect(open(path).read(0, MIB)).toEqual(expected);
  });

  it("forgets a last line that a crash cut short at any byte, and writes in its place", () => {
    const path = makePath();
    const whole = '{"n":1,"kind":"agent","message":{"type":"a","text":"one"}}\n';
    const torn = Buffer.from('{"n":2,"kind":"agent","message":{"type":"a","text":"é😀"}}\n');
    open(path).close();
    for (let cut = 0; cut < torn.byteLength; cut += 1) {
      writeFileSync(path, whole);
      appendFileSync(path, torn.subarray(0, cut));
      const outbox = openOutbox(path);
      expect(outbox.lastNumber).toBe(1);
      outbox.add(item("again"));
      outbox.close();
      const reopened = openOutbox(path);
      expect(reopened.read(0, MIB).map(textOf)).toEqual(["one", "again"]);
      reopened.close();
    }
  });

  it("finds what was acknowledged but not yet cut away, so the gateway's word is what counts", () => {
    const path = makePath();
    const before = open(path);
    for (let n = 1; n <= 3; n += 1) before.add(item(`${n}`));
    before.acknowledge(3);
    before.close();
    const after = open(path);
    after.acknowledge(3);
    expect([after.pendingCount, after.add(item("4"))]).toEqual([0, 4]);
  });

  it("cuts the file when it is large and most of it is acknowledged, and keeps what is not", () => {
    const path = makePath();
    const outbox = open(path);
    for (let n = 1; n <= 9; n += 1) outbox.add(item(`${n}`.repeat(MIB)));
    outbox.acknowledge(4);
    expect(statSync(path).size).toBeGreaterThan(9 * MIB);
    outbox.acknowledge(8);
    expect(statSync(path).size).toBeLessThan(2 * MIB);
    outbox.add(item("next"));
    expect(outbox.read(8, 9 * MIB).map(textOf)).toEqual(["9".repeat(MIB), "next"]);
    outbox.close();
    expect(
      open(path)
        .read(0, 9 * MIB)
        .map(textOf),
    ).toEqual(["9".repeat(MIB), "next"]);
    expect(statSync(path).size).toBeLessThan(2 * MIB);
  });

  it("is readable for its own user alone", () => {
    const path = makePath();
    open(path).add(item("private"));
    expect((statSync(path).mode & 0o777).toString(8)).toBe("600");
  });
});
