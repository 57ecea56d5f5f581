import { describe, expect, it } from "vitest";
import { describeKeys } from "./describe-keys.ts";
import { helpLines } from "./frame/help-lines.ts";
import { findAction, KEYS, type KeyRow, type Place } from "./keys.ts";
import { plainText } from "./text/line.ts";

const rows: readonly KeyRow[] = KEYS;
const places = describeKeys().map(({ place }) => place);
const always = () => true;
const never = () => false;

describe("the table of keys", () => {
  it.each(places)("gives no key two meanings in the place %s", (place: Place) => {
    const taken = rows
      .filter((row) => row.in.includes(place))
      .flatMap((row) => row.keys.map((key) => `${key} ${row.needs ?? ""}`));
    expect(taken.filter((key, index) => taken.indexOf(key) !== index)).toEqual([]);
  });

  it("has no key in it that is text where text is written", () => {
    const typed = rows.filter((row) => row.in.includes("write") || row.in.includes("ask")).flatMap(({ keys }) => keys);
    expect(typed.filter((key) => key.length === 1)).toEqual([]);
  });

  it("answers an agent only with keys that are neither typed nor pasted", () => {
    const answers = rows.filter(({ needs, in: where }) => needs === "approval" && where.includes("write"));
    expect(answers.flatMap(({ keys }) => keys).every((key) => key.startsWith("alt+"))).toBe(true);
  });

  it("is all in the help, in words", () => {
    const lines = helpLines(80).lines.map(plainText);
    const help = lines.join(" ").replace(/ +/g, " ");
    for (const { help: words } of rows) expect(help).toContain(words);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });
});

describe("a key", () => {
  it("means what its place says", () => {
    expect(findAction("q", "list", never)).toBe("quit");
    expect(findAction("q", "read", never)).toBe("leave");
    expect(findAction("q", "write", never)).toBeUndefined();
  });

  it("answers the agent only while it asks", () => {
    expect(findAction("y", "read", always)).toBe("allow");
    expect(findAction("y", "read", never)).toBeUndefined();
  });
});
