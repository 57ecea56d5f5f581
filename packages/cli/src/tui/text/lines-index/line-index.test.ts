import { sessionView, type ViewEntry } from "@cc-docker/client";
import { describe, expect, it } from "vitest";
import { prompt, said, source, tool } from "../entries/entries.test-helper.ts";
import { plainText } from "../line.ts";
import { createRandom } from "../lines.test-helper.ts";
import type { EntrySource } from "./entry-source.ts";
import { sourceOf } from "./entry-source.ts";
import { createLineIndex, type LineIndex, type Top } from "./line-index.ts";

const HEIGHT = 5;

function createIndex(expanded: Set<string> = new Set()): LineIndex {
  const index = createLineIndex({ isExpanded: (id) => expanded.has(id) });
  index.resize({ width: 40 });
  return index;
}

/** Entry `n` is `n 0`, `n 1` … */
const entry = (n: number, lines: number) =>
  said(Array.from({ length: lines }, (_, line) => `${n} ${line}`).join("\n"), { id: `e${n}` });
const screen = (index: LineIndex, from: EntrySource, top: Top, height = HEIGHT) =>
  index.window(from, top, height).rows.map(({ line }) => plainText(line));

describe("a window", () => {
  const entries = [entry(0, 2), entry(1, 3), entry(2, 1)];

  it("ends with the newest line, and follows it", () => {
    const index = createIndex();
    expect(screen(index, source(entries), "end")).toEqual(["1 0", "1 1", "1 2", "", "2 0"]);
    expect(screen(index, source([...entries, entry(3, 2)]), "end")).toEqual(["", "2 0", "", "3 0", "3 1"]);
  });

  it("stays where it is while more comes, and when old entries are left behind", () => {
    const index = createIndex();
    const top = { position: 1, row: 1 };
    const before = screen(index, source(entries), top);
    expect(before).toEqual(["1 0", "1 1", "1 2", "", "2 0"]);
    expect(screen(index, source([...entries, entry(3, 9)]), top)).toEqual(before);
    expect(screen(index, source([...entries.slice(1), entry(3, 9)], 1), { position: 1, row: 0 })[0]).toBe("1 0");
    expect(screen(index, source([entry(3, 9)], 3), top)[0]).toBe("3 0");
  });

  it("knows whether it is at the end and how far down it is", () => {
    const index = createIndex();
    const many = source(Array.from({ length: 100 }, (_, n) => entry(n, 3)));
    expect(index.window(many, { position: 50, row: 0 }, HEIGHT)).toMatchObject({ isAtEnd: false, share: 0.5 });
    expect(index.window(many, "end", HEIGHT)).toMatchObject({ isAtEnd: true });
  });

  it("is as high as there are lines, and empty without any", () => {
    const index = createIndex();
    expect(screen(index, source([entry(0, 2)]), "end")).toEqual(["0 0", "0 1"]);
    expect(screen(index, source([]), "end")).toEqual([]);
    expect(index.window(source([]), "end", HEIGHT)).toMatchObject({ isAtEnd: true, share: 0 });
  });

  it("says which entry each row is of", () => {
    const rows = createIndex().window(source(entries), "end", 3).rows;
    expect(rows.map(({ entryId }) => entryId)).toEqual(["e1", "e2", "e2"]);
  });

  it("has calls of tools close together", () => {
    const calls = ["a", "b"].map((id) => tool("Read", { id, input: { file_path: id } }));
    expect(screen(createIndex(), source([prompt("x"), ...calls, entry(1, 1)]), "end", 9)).toEqual([
      "> x",
      "",
      "✓ Read (1.2 s) a",
      "✓ Read (1.2 s) b",
      "",
      "1 0",
    ]);
  });

  it("shows an entry anew when it changed, was expanded, or the screen has another width", () => {
    const expanded = new Set<string>();
    const index = createIndex(expanded);
    const thought = said("a\nb", { id: "t", kind: "thinking" });
    expect(screen(index, source([thought]), "end")).toEqual(["∴ a"]);
    expanded.add("t");
    index.forget("t");
    expect(screen(index, source([thought]), "end")).toEqual(["∴ a", "  b"]);
    expect(screen(index, source([{ ...thought, text: "a\nb\nc" }]), "end")).toEqual(["∴ a", "  b", "  c"]);
    index.resize({ width: 20 });
    expect(screen(index, source([said("one two three four five")]), "end")).toEqual(["one two three four", "five"]);
  });
});

describe("scrolling", () => {
  it("goes over every line once, down and up again, and stops at both ends", () => {
    const random = createRandom(6);
    const entries: ViewEntry[] = Array.from({ length: 30 }, (_, n) =>
      random() < 0.2 ? said("", { id: `e${n}`, kind: "thinking" }) : entry(n, 1 + Math.floor(random() * 12)),
    );
    const from = source(entries, 7);
    const index = createIndex();
    const all = screen(index, from, { position: 7, row: 0 }, 1000);
    let top: Top = { position: 7, row: 0 };
    const seen = screen(index, from, top, 1);
    for (let step = 0; step < all.length - HEIGHT; step += 1) {
      top = index.move(from, top, 1, HEIGHT);
      seen.push(screen(index, from, top)[0] ?? "");
    }
    expect(top).toBe("end");
    expect([...seen, ...screen(index, from, "end").slice(1)]).toEqual(all);
    expect(index.move(from, top, 100, HEIGHT)).toBe("end");
    for (let step = 0; step < all.length; step += 1) top = index.move(from, top, -1, HEIGHT);
    expect(screen(index, from, top)).toEqual(all.slice(0, HEIGHT));
    expect(screen(index, from, index.move(from, top, 10, HEIGHT))).toEqual(all.slice(10, 10 + HEIGHT));
  });
});

describe("a view", () => {
  it("is one row of entries: history, then what streams", () => {
    const event = (seq: number, type: string, data: unknown) => ({ seq, type, data, at: "2026-01-01T00:00:00Z" });
    const delta = { type: "content_block_start", index: 0, content_block: { type: "text", text: "streams" } };
    const start = { type: "message_start", message: { id: "m1" } };
    const view = [
      event(1, "session.failed", { error: { code: "AGENT_EXITED", message: "gone", hint: "" } }),
      event(2, "agent.stream_event", { event: start }),
      event(3, "agent.stream_event", { event: delta }),
    ].reduce((before, one) => sessionView.apply(before, one as never), sessionView.empty());
    const entries = sourceOf(view);
    expect([entries.first, entries.end]).toEqual([0, 2]);
    expect([0, 1, 2].map((position) => entries.entryAt(position)?.kind)).toEqual(["note", "text", undefined]);
  });
});

describe("a session of any length", () => {
  it("costs what is on the screen, and not what there is", () => {
    const entries = Array.from({ length: 20_000 }, (_, n) => entry(n, 4));
    let reads = 0;
    const from = source(entries);
    const counted = { ...from, entryAt: (position: number) => ((reads += 1), from.entryAt(position)) };
    const index = createIndex();
    index.window(counted, "end", 50);
    index.window(counted, { position: 9000, row: 2 }, 50);
    expect(reads).toBeLessThan(1000);
  });

  it("keeps the lines of what was shown of late, and lets go of others", () => {
    const from = source(Array.from({ length: 3000 }, (_, n) => entry(n, 2)));
    const index = createIndex();
    const first = index.linesAt(from, 0)[0];
    for (let position = 1; position < 900; position += 1) index.linesAt(from, position);
    expect(index.linesAt(from, 0)[0]).toBe(first);
    for (let position = 900; position < 3000; position += 1) index.linesAt(from, position);
    expect(index.linesAt(from, 0)[0]).not.toBe(first);
  });
});
