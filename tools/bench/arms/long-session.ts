/** A session of many lines that more is written into, as events of a log tell it. */
import { type Event, type SessionView, sessionView } from "@cc-docker/client";

export type LongSession = {
  view(): SessionView;
  /** The next piece of what the agent writes just now. */
  write(pieces: number): void;
};

const LINES_A_MESSAGE = 14;
/** About what a token is. */
const PIECE_CHARS = 5;

/** Some of all that markdown has. */
const messageOf = (n: number) => `## Part ${n}

Some **words** about \`code ${n}\` that go on for so long that they do not fit on one line of the terminal.

- one item
- and another, with a [link](http://example.org/${n})

\`\`\`ts
const a${n} = "text" + ${n}; // note
export function f() {
  return a${n};
}
\`\`\`
`;

export function createLongSession(lines: number): LongSession {
  let [view, seq] = [sessionView.empty(), 0];
  const eventOf = (type: string, data: unknown): Event =>
    ({ seq: (seq += 1), type, data, at: new Date(seq * 5).toISOString() }) as unknown as Event;
  const streamed = (event: unknown) => eventOf("agent.stream_event", { event });

  const history = Array.from({ length: Math.ceil(lines / LINES_A_MESSAGE) }, (_, n) =>
    eventOf("agent.assistant", { message: { id: `m${n}`, content: [{ type: "text", text: messageOf(n) }] } }),
  );
  const start = { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } };
  view = sessionView.applyAll(view, history);
  view = sessionView.applyAll(view, [streamed({ type: "message_start", message: { id: "now" } }), streamed(start)]);

  const text = Array.from({ length: 400 }, (_, n) => messageOf(n)).join("\n");
  let written = 0;
  const piece = () => {
    const part = text.slice(written, written + PIECE_CHARS);
    written += PIECE_CHARS;
    return streamed({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: part } });
  };

  return {
    view: () => view,
    write: (pieces) => void (view = sessionView.applyAll(view, Array.from({ length: pieces }, piece))),
  };
}
