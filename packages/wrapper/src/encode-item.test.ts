import { randomUUID } from "node:crypto";
import { FromWrapper, MAX_AGENT_MESSAGE_BYTES, OutboxItem } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { encodeItem } from "./encode-item.ts";

const encoded = (message: object): unknown => JSON.parse(encodeItem({ n: 1, kind: "agent", message } as OutboxItem));

describe("a message of the agent", () => {
  it("goes out as it came", () => {
    const message = { type: "assistant", message: { content: [] } };
    expect(encoded(message)).toEqual({ n: 1, kind: "agent", message });
  });

  it("that is too large goes out as its kind and size", () => {
    const text = "x".repeat(MAX_AGENT_MESSAGE_BYTES + 1);
    expect(encoded({ type: "user", text })).toMatchObject({ message: { type: "user", truncated: true } });
  });

  it.each([{ type: 5 }, { type: "x".repeat(101) }, { kind: "none" }])(
    "is made one that the gateway takes: %j",
    (message) => {
      const item = encoded(message);
      expect(OutboxItem.parse(item)).toEqual(item);
    },
  );
});

describe("a part of the transcript", () => {
  const part = (...entries: object[]) => ({ n: 1, kind: "transcript", agentSessionId: randomUUID(), entries });
  const encodedPart = (item: object) => OutboxItem.parse(JSON.parse(encodeItem(item as OutboxItem)));
  const long = "x".repeat(MAX_AGENT_MESSAGE_BYTES);

  it("goes out as it came, large entries too while the link can carry them", () => {
    const item = part(
      { type: "user", uuid: "1", text: "é😀" },
      { type: "mode" },
      { type: "user", text: long.slice(1000) },
    );
    expect(encodedPart(item)).toEqual(item);
  });

  it("that the link cannot carry keeps each entry in its place, and the content of those that are short", () => {
    const place = { type: "user", uuid: "2", parentUuid: "1", sessionId: "s", timestamp: "now", isSidechain: false };
    const short = { type: "assistant", uuid: "3", parentUuid: "2", message: { role: "assistant", content: [] } };
    const item = part({ ...place, message: { role: "user", content: long }, toolUseResult: long }, short);
    const kept = { ...place, message: { role: "user", content: "[too long to be kept]" } };
    expect(encodedPart(item)).toEqual({ ...item, entries: [kept, short] });
  });

  it("that holds a long entry without a message makes none up", () => {
    const { entries } = encodedPart(part({ type: "attachment", uuid: "1", text: long })) as { entries?: object[] };
    expect(entries).toEqual([{ type: "attachment", uuid: "1" }]);
  });
});

const part = (fields: object) =>
  ({ n: 1, kind: "transcript", agentSessionId: randomUUID(), entries: [{ type: "user" }], ...fields }) as OutboxItem;

describe("a part of the transcript is made one that the gateway takes", () => {
  it.each([
    { entries: [{ type: 5 }] },
    { entries: [{}] },
    { entries: [{ type: "x".repeat(101) }] },
    { entries: [{ type: "user", uuid: "x".repeat(101) }] },
    { entries: [{ type: "user", uuid: 5 }] },
    { entries: [null] },
    { entries: [] },
    { subpath: "a/".repeat(300) },
    { agentSessionId: "none" },
  ])("%j", (fields) => {
    const line = `{"type":"items","items":[${encodeItem(part(fields))}]}`;
    expect(FromWrapper.safeParse(JSON.parse(line)).success).toBe(true);
  });
});
