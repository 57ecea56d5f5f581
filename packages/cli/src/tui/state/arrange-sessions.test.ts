import type { Session } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { arrange, FIRST_ARRANGEMENT, nextSort, type SessionRow, SORTS } from "./arrange-sessions.ts";

function row(title: string, session: Partial<Session> = {}, directory = ""): SessionRow {
  const base = { id: "", status: "idle", costUsd: 0, createdAt: "2026-01-01", updatedAt: "2026-01-01" };
  return { session: { ...base, ...session } as Session, title, directory, lastLine: `last of ${title}` };
}

const titles = (rows: readonly SessionRow[]) => rows.map(({ title }) => title);

describe("the list of sessions", () => {
  const rows = [
    row("old", { createdAt: "2026-01-01", updatedAt: "2026-03-01", status: "stopped" }, "/b"),
    row("new", { createdAt: "2026-02-01", updatedAt: "2026-02-02", costUsd: 1 }, "/a"),
    row("mid", { createdAt: "2026-01-15", updatedAt: "2026-01-15", costUsd: 2, status: "running" }, "/b"),
  ];

  it.each([
    ["age", ["new", "mid", "old"]],
    ["activity", ["old", "new", "mid"]],
    ["cost", ["mid", "new", "old"]],
    ["status", ["mid", "new", "old"]],
  ] as const)("is sorted by %s", (sort, expected) => {
    expect(titles(arrange(rows, { ...FIRST_ARRANGEMENT, sort }))).toEqual(expected);
  });

  it("is grouped by directory, and sorted within", () => {
    expect(titles(arrange(rows, { ...FIRST_ARRANGEMENT, isGrouped: true }))).toEqual(["new", "mid", "old"]);
  });

  it("holds what the filter asks for, in any case of letters, wherever it stands", () => {
    expect(titles(arrange(rows, { ...FIRST_ARRANGEMENT, filter: "LAST OF MID" }))).toEqual(["mid"]);
    expect(titles(arrange(rows, { ...FIRST_ARRANGEMENT, filter: "/b" }))).toEqual(["mid", "old"]);
    expect(arrange(rows, { ...FIRST_ARRANGEMENT, filter: "nothing" })).toEqual([]);
  });

  it("leaves out sessions at rest when told to", () => {
    expect(titles(arrange(rows, { ...FIRST_ARRANGEMENT, isLiveOnly: true }))).toEqual(["new", "mid"]);
  });

  it("comes back to the first order after the last", () => {
    expect(SORTS.map(nextSort)).toEqual([...SORTS.slice(1), SORTS[0]]);
  });
});
