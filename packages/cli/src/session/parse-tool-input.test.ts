import { expect, it } from "vitest";
import { parseToolInput } from "./parse-tool-input.ts";

it("takes a JSON object as what a tool is called with", () => {
  expect(parseToolInput("--input", '{"command":"ls"}')).toEqual({ command: "ls" });
});

it.each(["", "{", "null", "1", '"x"', "[]"])("refuses %j and says what it is about", (text) => {
  expect(() => parseToolInput("--input", text)).toThrow(
    expect.objectContaining({ code: "REQUEST_INVALID", message: `--input is not a JSON object: ${text}` }),
  );
});
