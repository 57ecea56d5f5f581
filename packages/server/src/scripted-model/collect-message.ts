// The answer as one JSON document, for a request without `stream`.
import type { ServerResponse } from "node:http";
import { type MessageWriter, newId, newMessage, signThinking } from "./message-writer.ts";
import { countTokens, type ModelRequest, sendJson } from "./messages-api.ts";

export function collectMessage(request: ModelRequest, response: ServerResponse): MessageWriter {
  const message = newMessage(request);
  let openText: { type: "text"; text: string } | undefined;
  let outputChars = 0;

  async function addText(text: string): Promise<void> {
    outputChars += text.length;
    if (openText === undefined) message.content.push((openText = { type: "text", text: "" }));
    openText.text += text;
  }

  function addBlock(block: unknown, chars: number): void {
    outputChars += chars;
    openText = undefined;
    message.content.push(block);
  }

  return {
    text: addText,
    splitText: addText,
    async thinking(thinking) {
      addBlock({ type: "thinking", thinking, signature: signThinking(thinking) }, thinking.length);
    },
    async toolUse(name, input) {
      addBlock({ type: "tool_use", id: newId("toolu"), name, input }, name.length + JSON.stringify(input).length);
    },
    async ping() {},
    finish(stopReason) {
      message.stop_reason = stopReason;
      message.usage.output_tokens = countTokens(outputChars);
      sendJson(response, 200, message);
    },
  };
}
