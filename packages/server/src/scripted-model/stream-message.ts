// The answer as server-sent events: https://docs.anthropic.com/en/docs/build-with-claude/streaming
import type { ServerResponse } from "node:http";
import { setImmediate as nextTick } from "node:timers/promises";
import { type MessageWriter, newId, newMessage, signThinking } from "./message-writer.ts";
import { countTokens, type ModelRequest } from "./messages-api.ts";

type Event = { type: string; [field: string]: unknown };

export async function openMessageStream(
  request: ModelRequest,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<MessageWriter> {
  const send = (event: Event) => writeChunk(encode(event), response, signal);
  let index = -1;
  let isTextOpen = false;
  let outputChars = 0;

  async function openBlock(block: Event): Promise<void> {
    await closeText();
    index += 1;
    await send({ type: "content_block_start", index, content_block: block });
    if (index === 0) await send({ type: "ping" });
  }

  async function openText(): Promise<void> {
    if (isTextOpen) return;
    await openBlock({ type: "text", text: "" });
    isTextOpen = true;
  }

  async function closeText(): Promise<void> {
    if (!isTextOpen) return;
    isTextOpen = false;
    await closeBlock();
  }

  function closeBlock(): Promise<void> {
    return send({ type: "content_block_stop", index });
  }

  function delta(part: Event): Event {
    return { type: "content_block_delta", index, delta: part };
  }

  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
  await send({ type: "message_start", message: newMessage(request) });

  return {
    async text(text) {
      outputChars += text.length;
      await openText();
      await send(delta({ type: "text_delta", text }));
    },
    async splitText(text) {
      outputChars += text.length;
      await openText();
      for (const byte of Buffer.from(encode(delta({ type: "text_delta", text })))) {
        await writeChunk(Buffer.of(byte), response, signal);
        await nextTick();
      }
    },
    async thinking(thinking) {
      outputChars += thinking.length;
      await openBlock({ type: "thinking", thinking: "", signature: "" });
      await send(delta({ type: "thinking_delta", thinking }));
      await send(delta({ type: "signature_delta", signature: signThinking(thinking) }));
      await closeBlock();
    },
    async toolUse(name, input) {
      const json = JSON.stringify(input);
      outputChars += name.length + json.length;
      await openBlock({ type: "tool_use", id: newId("toolu"), name, input: {} });
      await send(delta({ type: "input_json_delta", partial_json: json }));
      await closeBlock();
    },
    ping: () => send({ type: "ping" }),
    finish(stopReason) {
      if (isTextOpen) response.write(encode({ type: "content_block_stop", index }));
      const usage = { ...request.usage, output_tokens: countTokens(outputChars) };
      const end = { type: "message_delta", delta: { stop_reason: stopReason, stop_sequence: null }, usage };
      response.write(encode(end));
      response.end(encode({ type: "message_stop" }));
    },
  };
}

function encode(event: Event): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Resolves when the system took the bytes, so a slow reader slows the answer down and never fills the memory. */
function writeChunk(chunk: string | Buffer, response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    // A response whose socket is gone may never call back; the signal ends the wait.
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    response.write(chunk, (error) => {
      signal.removeEventListener("abort", onAbort);
      if (error) reject(error);
      else resolve();
    });
  });
}
