import { expect, it } from "vitest";
import { isStreamed } from "./is-streamed.ts";

it.each([
  [{ messages: [{ content: "é😀".repeat(100) }], stream: true }, true],
  [{ stream: true }, true],
  [{ messages: [], stream: false }, false],
  [{ messages: [] }, false],
  [{ input: { stream: true } }, false],
  [{ text: ',"stream":true}' }, false],
  [{ 'a,"stream': true }, false],
  [{ upstream: true }, false],
  [{}, false],
])("a request asks for a stream when its last field says so: %j", (body, expected) => {
  expect(isStreamed(Buffer.from(JSON.stringify(body)))).toBe(expected);
  expect(isStreamed(Buffer.from(`${JSON.stringify(body, null, 2)}\n`))).toBe(expected);
});
