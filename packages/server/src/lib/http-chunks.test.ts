import { expect, it } from "vitest";
import { toHttpChunk } from "./http-chunks.ts";

it("bytes that many are sent become a chunk once, with their length before them", () => {
  const bytes = Buffer.from("é: a message\n\n");
  expect(toHttpChunk(bytes)?.toString()).toBe("f\r\né: a message\n\n\r\n");
  expect(toHttpChunk(bytes)).toBe(toHttpChunk(bytes));
});

it("nothing becomes no chunk, which would end the body, and neither does what is too long to be copied", () => {
  expect(toHttpChunk(Buffer.alloc(0))).toBeUndefined();
  expect(toHttpChunk(Buffer.alloc(64 * 1024))?.length).toBe(64 * 1024 + "10000\r\n\r\n".length);
  expect(toHttpChunk(Buffer.alloc(64 * 1024 + 1))).toBeUndefined();
});
