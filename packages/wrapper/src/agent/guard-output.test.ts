import { finished } from "node:stream/promises";
import { describe, expect, it } from "vitest";
import { guardOutput } from "./guard-output.ts";

const MIB = 1024 * 1024;

async function through(...chunks: (string | Buffer)[]) {
  const broken: string[] = [];
  const guard = guardOutput({ onBroken: (reason) => broken.push(reason) });
  let passed = "";
  guard.on("data", (chunk: Buffer) => (passed += chunk.toString()));
  for (const chunk of chunks) guard.write(chunk);
  guard.end();
  await finished(guard);
  return {
    messages: passed
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as unknown),
    passed,
    broken,
  };
}

describe("what the agent writes", () => {
  it("passes as it came, however it was cut", async () => {
    const line = `${JSON.stringify({ type: "assistant", text: "grüß 🎉" })}\n`;
    const bytes = [...Buffer.from(line)].map((byte) => Buffer.from([byte]));
    expect((await through(...bytes)).passed).toBe(line);
  });

  it("passes at its end also without a line's end", async () => {
    expect((await through('{"type":"a"}')).messages).toEqual([{ type: "a" }]);
  });

  it("has its line separators spelled out", async () => {
    const { passed, messages } = await through(`{"type":"a","text":"x\u2028y\u2029"}\n`);
    expect(passed).toBe('{"type":"a","text":"x\\u2028y\\u2029"}\n');
    expect(messages).toEqual([{ type: "a", text: "x\u2028y\u2029" }]);
  });

  it.each(["not JSON", "null", "42", "[]", '"text"', '{"type":', "\0\xff"])(
    "is left out when it is no message, and counted: %j",
    async (garbage) => {
      const { messages, broken } = await through(`${garbage}\n\n  \n${garbage}\n{"type":"a"}\n{"type":"b"}\n`);
      const bytes = 2 * Buffer.byteLength(garbage);
      expect(messages).toEqual([{ type: "unreadable_output", lines: 2, bytes }, { type: "a" }, { type: "b" }]);
      expect(broken).toEqual([]);
    },
  );

  it("is told by kind and size when it is too long, whole or in pieces", async () => {
    const long = `{"type":"assistant","text":"${"x".repeat(30 * MIB)}"}\n`;
    const pieces = Array.from({ length: 31 }, (_, index) => long.slice(index * MIB, (index + 1) * MIB));
    const told = { type: "assistant", truncated: true, bytes: long.length - 1 };
    expect((await through(long, '{"type":"b"}\n')).messages).toEqual([told, { type: "b" }]);
    expect((await through(...pieces, '{"type":"b"}\n')).messages).toEqual([told, { type: "b" }]);
  });

  it.each(["x", '{"text":"x', '{"type":"control_request","request":"'])(
    "is left out when it is too long and of no kind that could be told: %j",
    async (head) => {
      const { messages } = await through(head, "x".repeat(20 * MIB), '\n{"type":"b"}\n');
      expect(messages).toEqual([{ type: "unreadable_output", lines: 1, bytes: 20 * MIB + head.length }, { type: "b" }]);
    },
  );

  it("is given up when nothing in much of it is a message", async () => {
    expect((await through("garbage\n".repeat(999))).broken).toEqual([]);
    expect((await through("garbage\n".repeat(1000))).broken).toEqual([expect.stringContaining("1000 lines")]);
    expect((await through(...Array<string>(64).fill("x".repeat(MIB)), "\n")).broken).toHaveLength(1);
    expect((await through('garbage\n{"type":"a"}\n'.repeat(2000))).broken).toEqual([]);
  });
});
