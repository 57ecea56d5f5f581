import type { Session } from "@cc-docker/protocol";
import { expect, it } from "vitest";
import { describeChanges, describeRow, findRow, type PlainRow } from "./plain-rows.ts";

const ID = "3d9a1b2c-0000-4000-8000-000000000000";

function row(number: number, session: object = {}, others: Partial<PlainRow> = {}): PlainRow {
  const id = `${number}${ID.slice(1)}`;
  const whole = { id, status: "idle", workspace: { type: "ephemeral" }, ...session } as Session;
  return { number, session: whole, title: whole.name ?? "", isAsking: false, ...others };
}

it("says what a session is called, how it is, where it works, and its id", () => {
  expect(describeRow(row(1, { name: "parser", workspace: { type: "host", path: "/srv/my-project" } }))).toBe(
    "1. parser, idle, in my-project, 1d9a1b2c",
  );
  expect(describeRow(row(2, { status: "running" }))).toBe("2. session 2d9a1b2c, running, 2d9a1b2c");
  expect(describeRow(row(3, {}, { title: `many\nwords ${"x".repeat(100)}` }))).toMatch(/^3\. many words x+…, idle/);
});

it("says what has come, changed and gone, and nothing of what is as it was", () => {
  const before = [row(1, { name: "a" }), row(2, { name: "b" }), row(3, { name: "c" })];
  const after = [
    row(1, { name: "a", turnCount: 2 }),
    row(2, { name: "b", status: "running" }, { isAsking: true }),
    row(4, { name: "d" }),
  ];
  expect(describeChanges(before, after)).toEqual([
    "3. c was removed",
    "2. b: asks; type 2 to answer",
    "new: 4. d, idle, 4d9a1b2c",
  ]);
  expect(describeChanges(after, [row(1, { name: "a" }), row(2, { name: "b" }), row(4, { name: "d" })])).toEqual([
    "2. b: idle",
  ]);
  expect(describeChanges(after, after)).toEqual([]);
});

it("finds one by its number, its name, or the beginning of its id, and none where it is not clear", () => {
  const rows = [row(1, { name: "a" }), row(2, { name: "twin" }), row(5, { name: "twin" })];
  expect(findRow(rows, "5")?.number).toBe(5);
  expect(findRow(rows, "a")?.number).toBe(1);
  expect(findRow(rows, "2d9a")?.number).toBe(2);
  for (const word of ["3", "twin", "2d9", "nothing"]) expect(findRow(rows, word), word).toBeUndefined();
});
