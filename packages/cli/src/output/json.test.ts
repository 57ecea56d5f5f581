import { expect, it } from "vitest";
import { toJsonLine } from "./json.ts";

it("writes a value on one line that reads back as it was", () => {
  const value = { text: "a\nb\x1b[31m\x9b\u202e\u2028🙂é" };
  const line = toJsonLine(value);
  expect(JSON.parse(line)).toEqual(value);
  expect(line).toBe(`{"text":"a\\nb\\u001b[31m\\u009b\\u202e\\u2028🙂é"}\n`);
});
