/** What the scripted model was asked, short enough to keep for long: its journal drops the oldest requests. */
import type { ScriptedModel } from "@cc-docker/server/scripted-model";

/** One call of the model, whatever came of it. */
export type ModelCall = {
  at: number;
  /** The end of all that people said in the conversation; the prompt that is worked on is the last in it. */
  asked: string;
};

type Journal = ScriptedModel["journal"];
type Message = { role?: string; content?: string | { type?: string; text?: string }[] };
type Body = { tools?: unknown[]; messages?: Message[] };

/** Several times the longest prompt of such a test. */
const MAX_ASKED_CHARS = 8_000;

/** Takes what is new in the journal each time it is called; call it before the journal drops anything. */
export function createModelCallReader(journal: Journal): () => ModelCall[] {
  const taken = new WeakSet<object>();
  return () =>
    journal.requests.flatMap((entry) => {
      const isCall = entry.method === "POST" && /^\/v1\/messages(?!\/)/.test(entry.path);
      if (!isCall || taken.has(entry) || entry.body === undefined) return [];
      taken.add(entry);
      const body = entry.body as Body;
      return isConversation(body) ? [{ at: entry.at, asked: readAsked(body) }] : [];
    });
}

/** Claude Code also asks for titles and the like; such a request offers the model no tools. */
function isConversation({ tools = [] }: Body): boolean {
  return tools.length > 0;
}

function readAsked({ messages = [] }: Body): string {
  const texts = messages.filter(({ role }) => role === "user").flatMap(({ content = [] }) => textsOf(content));
  return texts.join("\n").slice(-MAX_ASKED_CHARS);
}

function textsOf(content: NonNullable<Message["content"]>): string[] {
  if (typeof content === "string") return [content];
  return content.flatMap(({ type, text }) => (type === "text" && text !== undefined ? [text] : []));
}
