import { expect, it } from "vitest";
import { SessionName } from "./session.ts";

it.each(["a", "7", "?", "日本", "🙂", "a\u200db", "\u2800x", "שלום", "e\u0301"])(
  "a session may be called %j",
  (name) => {
    expect(SessionName.safeParse(name).success).toBe(true);
  },
);

it.each([
  ["nothing", ""],
  ["spaces", " \u00a0\u3000\u2003"],
  ["fillers of Hangul", "\u3164\u115f\u1160\uffa0"],
  ["the empty Braille pattern", "\u2800\u2800"],
  ["an empty note head", "\u{1d159}"],
  ["characters of no width", "\u200b\u200c\u200d\u2060\ufeff\u00ad"],
  ["variation selectors and tags", "\ufe0f\u{e0041}"],
  ["accents alone", "\u0301"],
  ["an Arabic letter mark, among letters too", "a\u061cb"],
  ["turned text", "a\u202eb"],
  ["two lines", "a\nb"],
])("no session is called by %s", (_, name) => {
  expect(SessionName.safeParse(name).success).toBe(false);
});
