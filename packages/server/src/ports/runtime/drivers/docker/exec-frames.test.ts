import { describe, expect, it } from "vitest";
import { createFrameReader, type Frame } from "./exec-frames.ts";

const KINDS = { stdout: 1, stderr: 2 };

function frame(stream: Frame["stream"], payload: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header[0] = KINDS[stream];
  header.writeUInt32BE(payload.byteLength, 4);
  return Buffer.concat([header, payload]);
}

/** Parts of one stream that follow each other, as one. */
function joined(frames: Frame[]): [string, string][] {
  const whole: [string, string][] = [];
  for (const { stream, payload } of frames) {
    const last = whole.at(-1);
    if (last?.[0] === stream) last[1] += payload.toString("latin1");
    else whole.push([stream, payload.toString("latin1")]);
  }
  return whole;
}

const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const FRAMES: [Frame["stream"], Buffer][] = [
  ["stdout", Buffer.from("first")],
  ["stderr", Buffer.from("a warning")],
  ["stdout", Buffer.alloc(0)],
  ["stdout", every],
  ["stderr", Buffer.from([1, 0, 0, 0, 0, 0, 0, 5])],
  ["stdout", Buffer.from("last")],
];
const BYTES = Buffer.concat(FRAMES.map(([stream, payload]) => frame(stream, payload)));
const EXPECTED = FRAMES.filter(([, payload]) => payload.byteLength > 0).map(([stream, payload]) => [
  stream,
  payload.toString("latin1"),
]);

describe("the engine's frames", () => {
  it("come out whole when the stream is cut in two at any byte", () => {
    for (let cut = 0; cut <= BYTES.byteLength; cut += 1) {
      const reader = createFrameReader();
      const frames = [...reader.push(BYTES.subarray(0, cut)), ...reader.push(BYTES.subarray(cut))];
      expect(joined(frames)).toEqual(EXPECTED);
    }
  });

  it("come out whole when the stream comes byte by byte", () => {
    const reader = createFrameReader();
    expect(joined([...BYTES].flatMap((byte) => reader.push(Buffer.from([byte]))))).toEqual(EXPECTED);
  });

  it("give out a payload as it comes, without waiting for its end", () => {
    const reader = createFrameReader();
    const bytes = frame("stdout", Buffer.alloc(1_000_000, "x"));
    const [part] = reader.push(bytes.subarray(0, 108));
    expect(part).toMatchObject({ stream: "stdout" });
    expect(part?.payload.byteLength).toBe(100);
  });
});
