/** What streams in: blocks of messages, until the whole message comes. */
import { at, type Event, textAt } from "@cc-docker/protocol";
import { countChars } from "./activity.ts";
import { capText } from "./cap.ts";
import { baseOf, bytesOf, type Draft, remember, settle } from "./draft.ts";
import type { CurrentMessage, LiveStream } from "./fold.ts";
import { amountAt, nameAt, timeOf } from "./read-data.ts";
import { countStreamed } from "./usage.ts";
import { NO_OUTPUT, type TextEntry, type ToolEntry } from "./view-entries.ts";
import { VIEW_LIMITS } from "./view-limits.ts";

type LiveEntry = TextEntry | ToolEntry;

export function applyStreamEvent(draft: Draft, event: Event): void {
  const streamed = at(event.data, "event");
  const parentId = parentOf(event.data);
  switch (at(streamed, "type")) {
    case "message_start":
      requireMessage(draft, nameAt(streamed, "message", "id"), parentId);
      return;
    case "content_block_start":
      startBlock(draft, event, at(streamed, "content_block"), {
        parentId,
        index: amountAt(streamed, "index"),
        isBroken: false,
      });
      return;
    case "content_block_delta":
      extendBlock(draft, event, at(streamed, "delta"), {
        parentId,
        index: amountAt(streamed, "index"),
        isBroken: false,
      });
      return;
    case "message_delta":
      if (parentId === undefined) countStreamed(draft, streamed);
  }
}

export function parentOf(data: unknown): string | undefined {
  const id = nameAt(data, "parent_tool_use_id");
  return id === "" ? undefined : id;
}

/** The message with this id, which is from now on the one that its agent is in the midst of. */
export function requireMessage(draft: Draft, id: string, parentId: string | undefined): CurrentMessage {
  const current = draft.fold.messages.find((message) => message.parentId === parentId);
  if (current?.id === id) return current;
  breakStreams(draft, parentId);
  const started = { id, parentId, settledBlocks: 0, isCounted: false };
  changeMessage(draft, started);
  return started;
}

/** The message before has broken off. What came of it becomes history with what is told whole next. */
function breakStreams(draft: Draft, parentId: string | undefined): void {
  const streams = draft.fold.streams.map((stream) => ({
    ...stream,
    isBroken: stream.isBroken || stream.parentId === parentId,
  }));
  remember(draft, { streams });
  draft.live = draft.live.map((entry, index) => (streams[index]?.isBroken ? cutEntry(entry) : entry));
}

function cutEntry(entry: LiveEntry): LiveEntry {
  return entry.kind === "tool" ? { ...entry, status: "cut" } : { ...entry, state: "cut" };
}

/** Makes history of what has broken off before this. */
export function settleBroken(draft: Draft, event: Event, parentId: string | undefined): void {
  cutLive(draft, event, (stream) => stream.isBroken && stream.parentId === parentId);
}

export function changeMessage(draft: Draft, message: CurrentMessage): void {
  const others = draft.fold.messages.filter(({ parentId }) => parentId !== message.parentId);
  remember(draft, { messages: [...others, message].slice(-VIEW_LIMITS.atOnce) });
}

function startBlock(draft: Draft, event: Event, block: unknown, stream: LiveStream): void {
  const type = nameAt(block, "type");
  const isTool = type.endsWith("tool_use");
  if (!isTool && type !== "text" && !type.endsWith("thinking")) return;
  const base = { ...baseOf(event, 0), ...(stream.parentId !== undefined && { parentId: stream.parentId }) };
  const entry: LiveEntry = isTool
    ? {
        kind: "tool",
        id: nameAt(block, "id"),
        name: nameAt(block, "name"),
        status: "streaming",
        input: {},
        ...NO_OUTPUT,
        ...base,
        startedAtMs: base.atMs,
      }
    : {
        ...{ kind: type === "text" ? "text" : "thinking", id: nextBlockId(draft, stream.parentId), text: "" },
        ...{ cutChars: 0, state: "streaming", ...base, startedAtMs: base.atMs },
      };
  if (draft.live.length >= VIEW_LIMITS.atOnce) cutLive(draft, event, () => true);
  draft.live = [...draft.live, entry];
  remember(draft, { streams: [...draft.fold.streams, stream] });
}

function nextBlockId(draft: Draft, parentId: string | undefined): string {
  const message = draft.fold.messages.find((current) => current.parentId === parentId);
  const live = draft.fold.streams.filter((stream) => stream.parentId === parentId && !stream.isBroken).length;
  return blockId(message?.id ?? "", (message?.settledBlocks ?? 0) + live);
}

/** Blocks are counted as they become whole, for the whole does not say which one it is. */
export function blockId(messageId: string, count: number): string {
  return `${messageId}.${count}`;
}

function extendBlock(draft: Draft, event: Event, delta: unknown, stream: LiveStream): void {
  const [text, thinking] = [textAt(delta, "text"), textAt(delta, "thinking")];
  // A view may begin in the midst of a text.
  if (findStream(draft, stream) < 0 && text + thinking !== "")
    startBlock(draft, event, { type: text === "" ? "thinking" : "text" }, stream);
  const index = findStream(draft, stream);
  const entry = draft.live[index];
  if (!entry) return;
  if (entry.kind === "tool") {
    draft.live = draft.live.with(index, extendInput(entry, event, textAt(delta, "partial_json")));
    return;
  }
  const more = text + thinking;
  draft.live = draft.live.with(index, extendText(entry, event, more));
  countChars(draft, timeOf(event.at), more.length);
}

function findStream(draft: Draft, { parentId, index }: LiveStream): number {
  return draft.fold.streams.findIndex(
    (stream) => stream.parentId === parentId && stream.index === index && !stream.isBroken,
  );
}

function extendText(entry: TextEntry, { seq }: Event, more: string): TextEntry {
  const room = VIEW_LIMITS.textChars - entry.text.length;
  const text = entry.text + more.slice(0, room);
  const cutChars = entry.cutChars + Math.max(0, more.length - room);
  return { ...entry, seq, text, cutChars, bytes: bytesOf(text.length) };
}

function extendInput(entry: ToolEntry, { seq }: Event, more: string): ToolEntry {
  const { text: inputText } = capText(entry.inputText + more);
  return { ...entry, seq, inputText, bytes: bytesOf(inputText.length) };
}

/** Takes what has streamed of a block that is whole now: a tool's by its id, else the first of its kind. */
export function takeLive(
  draft: Draft,
  { kind, id, parentId }: { kind: LiveEntry["kind"]; id?: string; parentId: string | undefined },
): LiveEntry | undefined {
  const index = draft.live.findIndex(
    (entry, position) =>
      !draft.fold.streams[position]?.isBroken &&
      entry.kind === kind &&
      entry.parentId === parentId &&
      (id === undefined || entry.id === id),
  );
  if (index < 0) return undefined;
  const entry = draft.live[index];
  draft.live = draft.live.toSpliced(index, 1);
  remember(draft, { streams: draft.fold.streams.toSpliced(index, 1) });
  return entry;
}

/** What has streamed and will not become whole stays as far as it came. */
export function cutLive(draft: Draft, event: Event, isCut: (stream: LiveStream) => boolean): void {
  const { live } = draft;
  const { streams } = draft.fold;
  const isGone = streams.map(isCut);
  if (!isGone.includes(true)) return;
  draft.live = live.filter((_, index) => !isGone[index]);
  remember(draft, { streams: streams.filter((_, index) => !isGone[index]) });
  for (const [index, entry] of live.entries()) {
    if (!isGone[index]) continue;
    const cut = { ...cutEntry(entry), seq: event.seq };
    if (cut.kind === "tool") settle(draft, { ...cut, endedAtMs: timeOf(event.at) });
    else if (cut.text !== "") settle(draft, cut);
  }
}
