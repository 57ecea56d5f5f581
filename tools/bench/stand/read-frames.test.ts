import { expect, it } from "vitest";
import { createFrameReader } from "./read-frames.ts";

function frame(stream: number, text: string): Buffer {
  const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

it.each([1, 3, 8, 9, 1000])("stdout comes out whole when the bytes come %i at a time", (size) => {
  const bytes = Buffer.concat([frame(1, "one"), frame(2, "stderr"), frame(1, ""), frame(1, "two")]);
  let text = "";
  const read = createFrameReader((payload) => (text += payload.toString()));
  for (let start = 0; start < bytes.length; start += size) read(bytes.subarray(start, start + size));
  expect(text).toBe("onetwo");
});
