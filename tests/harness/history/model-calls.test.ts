import { startScriptedModel } from "@cc-docker/server/scripted-model";
import { expect, it } from "vitest";
import { createModelCallReader } from "./model-calls.ts";

it("calls of the conversation are read once each, with the end of what people said", async () => {
  await using model = await startScriptedModel();
  const read = createModelCallReader(model.journal);
  const ask = (body: object) => post(model.url, { max_tokens: 100, model: "m", ...body });
  const tools = [{ name: "Bash", input_schema: {} }];
  await ask({ tools, messages: [{ role: "user", content: "say: one" }] });
  await ask({ messages: [{ role: "user", content: "a title, please" }] });
  expect(read().map(({ asked }) => asked)).toEqual(["say: one"]);

  const spoken = [
    { role: "user", content: [{ type: "text", text: "say: one" }] },
    { role: "assistant", content: [{ type: "text", text: "say: not me" }] },
    { role: "user", content: [{ type: "text", text: "say: two" }] },
  ];
  await ask({ tools, messages: spoken });
  expect(read().map(({ asked }) => asked)).toEqual(["say: one\nsay: two"]);
  expect(read()).toEqual([]);
});

async function post(url: string, body: object): Promise<void> {
  const response = await fetch(`${url}/v1/messages`, { method: "POST", body: JSON.stringify(body) });
  await response.text();
}
