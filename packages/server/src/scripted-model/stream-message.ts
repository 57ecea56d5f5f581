// The answer as server-sent events: https://docs.anthropic.com/en/docs/build-with-claude/streaming
import type { Event, EventStream } from "./event-stream.ts";
import { type MessageWriter, newId, newMessage, signThinking } from "./message-writer.ts";
import { countTokens, type ModelRequest } from "./messages-api.ts";

export async function startMessageStream(request: ModelRequest, events: EventStream): Promise<MessageWriter> {
  let index = -1;
  let isTextOpen = false;
  let outputChars = 0;

  const delta = (part: Event): Event => ({ type: "content_block_delta", index, delta: part });
  const stop = (): Event => ({ type: "content_block_stop", index });

  async function startBlock(block: Event): Promise<void> {
    if (isTextOpen) await events.send(stop());
    isTextOpen = false;
    index += 1;
    await events.send({ type: "content_block_start", index, content_block: block });
    if (index === 0) await events.send({ type: "ping" });
  }

  async function addText(text: string, send = events.send): Promise<void> {
    outputChars += text.length;
    if (!isTextOpen) await startBlock({ type: "text", text: "" });
    isTextOpen = true;
    await send(delta({ type: "text_delta", text }));
  }

  async function addBlock(block: Event, deltas: readonly Event[]): Promise<void> {
    await startBlock(block);
    for (const part of deltas) await events.send(delta(part));
    await events.send(stop());
  }

  await events.send({ type: "message_start", message: newMessage(request) });

  return {
    text: (text) => addText(text),
    splitText: (text) => addText(text, events.sendByteByByte),
    async thinking(thinking) {
      outputChars += thinking.length;
      await addBlock({ type: "thinking", thinking: "", signature: "" }, [
        { type: "thinking_delta", thinking },
        { type: "signature_delta", signature: signThinking(thinking) },
      ]);
    },
    async toolUse(name, input) {
      const json = JSON.stringify(input);
      outputChars += name.length + json.length;
      const block = { type: "tool_use", id: newId("toolu"), name, input: {} };
      await addBlock(block, [{ type: "input_json_delta", partial_json: json }]);
    },
    ping: () => events.send({ type: "ping" }),
    finish(stopReason) {
      const usage = { ...request.usage, output_tokens: countTokens(outputChars) };
      const delta = { stop_reason: stopReason, stop_sequence: null };
      const last = [{ type: "message_delta", delta, usage }, { type: "message_stop" }];
      events.end(isTextOpen ? [stop(), ...last] : last);
    },
  };
}
