/** What a chat shows, so that it never stands in the midst of what is being typed. */
import type { Event } from "@cc-docker/protocol";
import type { Io } from "../io.ts";
import { createJsonViewer, createTextViewer } from "../output/event-viewer.ts";
import type { LineInput } from "./line-input.ts";

export type Screen = {
  show(event: Event): Promise<void>;
  /** Something about the chat itself. */
  say(text: string): Promise<void>;
  /** Ends the line that is being written, if any. */
  finish(): Promise<void>;
};

const SHOWN = ["text", "break", "tool", "result", "note"] as const;

export function createScreen(input: LineInput, io: Io, json: boolean): Screen {
  // Where nobody types a failure ends the chat, and is told as its error.
  const kinds = input.isTerminal ? [...SHOWN, "failure" as const] : SHOWN;
  const viewer = json ? createJsonViewer(io) : createTextViewer({ answer: io.stdout, notes: io.stderr }, kinds);

  function show(event: Event): Promise<void> {
    const isAskedHere = event.type === "approval.requested" && !json;
    return isAskedHere ? Promise.resolve() : input.aside(() => viewer.show(event), viewer.finish);
  }

  return { show, say: (text) => input.aside(() => viewer.note(text), viewer.finish), finish: viewer.finish };
}
