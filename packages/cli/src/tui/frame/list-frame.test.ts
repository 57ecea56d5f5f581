import type { Session } from "@cc-docker/client";
import { describe, expect, it } from "vitest";
import type { ListedRow } from "../state/arrange-sessions.ts";
import { plainText } from "../text/line.ts";
import { widthOf } from "./fit-line.ts";
import { listLines, listTitle } from "./list-frame.ts";

const NOW = Date.parse("2026-01-01T01:00:00Z");

function row(id: string, more: Partial<ListedRow> = {}, session: Partial<Session> = {}): ListedRow {
  const base = { id, status: "idle", costUsd: 0.5, createdAt: "2026-01-01T00:00:00Z" };
  return {
    session: { ...base, ...session } as Session,
    ...{ title: `title of ${id}`, directory: "", lastLine: "said last", isUnread: false, isAsking: false },
    activity: [{ startMs: NOW - 5000, events: 1, chars: 100 }],
    costs: [0.1, 0.2, 0.4],
    ...more,
  };
}

const draw = (rows: readonly ListedRow[], { columns = 100, height = 4, selected = 0, isGrouped = false } = {}) =>
  listLines({ rows, selected, isGrouped, now: NOW }, { columns, rows: height });

describe("the list", () => {
  it("tells of a session its status, what it is about, what it said, its activity, cost and age", () => {
    expect(plainText(draw([row("0123456789ab")])[0] ?? []).trimEnd()).toMatchInlineSnapshot(
      `"  01234567 idle      title of 0123456789ab  said last                    █  ▂▄█        $0.5000    1h"`,
    );
  });

  it("has its activity from 80 columns on, and what each turn has cost where there is more room", () => {
    const shown = (columns: number) =>
      [listTitle(columns), draw([row("a")], { columns })[0] ?? []].map((line) => plainText(line).slice(38));
    expect([80, 100].map(shown)).toMatchInlineSnapshot(`
      [
        [
          "                  ACTIVITY      COST   AGE",
          "                        █    $0.5000    1h",
        ],
        [
          "                         ACTIVITY     BY TURN       COST   AGE",
          "                                   █  ▂▄█        $0.5000    1h",
        ],
      ]
    `);
    expect(plainText(listTitle(79))).not.toContain("ACTIVITY");
  });

  it("marks what is new, and which agent asks", () => {
    expect(plainText(draw([row("a", { isUnread: true })])[0] ?? [])).toMatch(/^● /);
    expect(plainText(draw([row("a", { isAsking: true })])[0] ?? [])).toMatch(/^\? .*asks/);
  });

  it("says why a session has failed", () => {
    const error = { code: "INTERNAL", message: "it broke", hint: "", retry: "never" } as const;
    expect(plainText(draw([row("a", {}, { status: "failed", error })])[0] ?? [])).toContain("INTERNAL: it broke");
  });

  it("has a heading for each directory when it is grouped", () => {
    const rows = [row("a", { directory: "/one" }), row("b", { directory: "/one" }), row("c", { directory: "/two" })];
    const lines = draw(rows, { height: 5, isGrouped: true }).map((line) => plainText(line).trim().slice(0, 4));
    expect(lines).toEqual(["/one", "a id", "b id", "/two", "c id"]);
  });

  it("has the selected row in sight, however many there are", () => {
    const rows = Array.from({ length: 1000 }, (_, n) => row(`session${n}`));
    const shown = draw(rows, { selected: 700, height: 10 }).map(plainText).join("\n");
    expect(shown).toContain("title of session700");
  });

  it.each(["\u3164", "\u2800", "\u200d"])("shows something of a session that is called by %j", (title) => {
    const code = title.codePointAt(0)?.toString(16);
    expect(plainText(draw([row("a", { title })])[0] ?? [])).toContain(`\\u{${code}}`);
  });

  it.each([80, 100, 200])("fits %i columns", (columns) => {
    const wide = row("a", { title: "日本語 ".repeat(60), lastLine: "👩‍👩‍👧 ".repeat(60) });
    for (const line of [...draw([wide], { columns }), listTitle(columns)])
      expect(widthOf(line)).toBeLessThanOrEqual(columns);
  });
});
