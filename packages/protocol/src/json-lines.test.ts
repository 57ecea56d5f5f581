import { describe, expect, it } from "vitest";
import { createLineReader, encodeLine } from "./json-lines.ts";

const MESSAGES = [
  { text: "ASCII" },
  { text: "é ß ñ", nested: [1, null, true] },
  { text: "日本語 — ✓" },
  { text: "😀👩‍👩‍👧‍👦🏳️‍🌈" },
  { text: "line\nbreak\r\n\u2028\u0000\u001f" },
  { text: "\ud83d half a pair" },
];

function concat(parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const BYTES = concat(MESSAGES.map(encodeLine));
const EXPECTED = MESSAGES.map((message) => JSON.parse(JSON.stringify(message)) as unknown);

function readAll(chunks: Iterable<Uint8Array>, maxBytes = 10_000): unknown[] {
  const reader = createLineReader({ maxBytes });
  return [...chunks].flatMap((chunk) => reader.push(chunk).map((line) => JSON.parse(line) as unknown));
}

describe("JSON lines", () => {
  it("come back whole when the stream is cut in two at any byte", () => {
    for (let cut = 0; cut <= BYTES.byteLength; cut += 1) {
      expect(readAll([BYTES.subarray(0, cut), BYTES.subarray(cut)])).toEqual(EXPECTED);
    }
  });

  it("come back whole when the stream comes in pieces of any one size", () => {
    for (let size = 1; size <= 40; size += 1) {
      const pieces = Array.from({ length: Math.ceil(BYTES.byteLength / size) }, (_, index) =>
        BYTES.subarray(index * size, (index + 1) * size),
      );
      expect(readAll(pieces)).toEqual(EXPECTED);
    }
  });

  it("are given out as soon as their end has come, and not before", () => {
    const reader = createLineReader({ maxBytes: 100 });
    expect(reader.push(Buffer.from('{"a"'))).toEqual([]);
    expect(reader.push(Buffer.from(":1}"))).toEqual([]);
    expect(reader.push(Buffer.from('\n{"b":2}\n{"c'))).toEqual(['{"a":1}', '{"b":2}']);
  });

  it("may be empty: those are dropped", () => {
    const reader = createLineReader({ maxBytes: 100 });
    expect(reader.push(Buffer.from("\n\n1\n\n"))).toEqual(["1"]);
    expect(reader.push(Buffer.from("\n2\n"))).toEqual(["2"]);
  });

  it("do not keep a chunk that its owner writes over", () => {
    const reader = createLineReader({ maxBytes: 100 });
    const chunk = Buffer.from("[1]\n[2]\n");
    const lines = reader.push(chunk);
    chunk.fill(0);
    expect(lines).toEqual(["[1]", "[2]"]);
  });

  it("may have exactly the allowed length, however they are cut", () => {
    const line = "x".repeat(100);
    for (const cut of [0, 1, 50, 99, 100]) {
      const reader = createLineReader({ maxBytes: 100 });
      const lines = [
        ...reader.push(Buffer.from(line.slice(0, cut))),
        ...reader.push(Buffer.from(`${line.slice(cut)}\n`)),
      ];
      expect(lines).toEqual([line]);
    }
  });

  it("beyond the allowed length are refused, before their end has come and before they are all in memory", () => {
    expect(() => createLineReader({ maxBytes: 100 }).push(Buffer.from(`${"x".repeat(101)}\n`))).toThrow(RangeError);
    const reader = createLineReader({ maxBytes: 100 });
    reader.push(Buffer.alloc(60, "x"));
    expect(() => reader.push(Buffer.alloc(60, "x"))).toThrow("a line of more than 100 bytes");
  });

  it("count their length for each line alone", () => {
    const reader = createLineReader({ maxBytes: 10 });
    expect(reader.push(Buffer.from("123456789\n".repeat(1000)))).toHaveLength(1000);
  });

  it("count bytes, not characters", () => {
    expect(() => createLineReader({ maxBytes: 10 }).push(Buffer.from("éééééé\n"))).toThrow(RangeError);
  });
});
