import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { type ScriptedModel, startScriptedModel } from "./scripted-model.ts";

type Json = Record<string, unknown>;

function post(model: ScriptedModel, body: unknown, init: RequestInit = {}): Promise<Response> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return fetch(`${model.url}/v1/messages?beta=true`, { method: "POST", body: text, ...init });
}

function ask(prompt: string, more: Json = {}): Json {
  return { model: "claude-x", max_tokens: 100, messages: [{ role: "user", content: prompt }], ...more };
}

function parseEvents(text: string): Json[] {
  return text
    .split("\n\n")
    .filter(Boolean)
    .map((event) => JSON.parse(event.split("\ndata: ")[1] ?? "") as Json);
}

async function streamEvents(model: ScriptedModel, prompt: string): Promise<Json[]> {
  return parseEvents(await (await post(model, ask(prompt, { stream: true }))).text());
}

async function readJson<T>(response: Response): Promise<T> {
  return (await response.json()) as T;
}

const typesOf = (events: Json[]) => events.map((event) => event["type"]);
const textOf = (events: Json[]) => events.map((event) => (event["delta"] as Json | undefined)?.["text"] ?? "").join("");

const outcomes = (model: ScriptedModel) => model.journal.requests.map((entry) => entry.outcome);

describe("an answer", () => {
  it("streams its blocks as the real API does", async () => {
    await using model = await startScriptedModel();
    const events = await streamEvents(model, "think: hm\nsay: a\nsay: b\nbash: ls");
    const block = ["content_block_start", "content_block_delta"];
    expect(typesOf(events)).toEqual([
      "message_start",
      ...["content_block_start", "ping", "content_block_delta", "content_block_delta", "content_block_stop"],
      ...[...block, "content_block_delta", "content_block_delta", "content_block_stop"],
      ...[...block, "content_block_stop"],
      ...["message_delta", "message_stop"],
    ]);
    expect(textOf(events)).toBe("a\nb");
    expect(events[0]).toMatchObject({
      message: { id: expect.stringMatching(/^msg_/), model: "claude-x", content: [] },
    });
    expect(events.at(-2)).toMatchObject({ delta: { stop_reason: "tool_use" }, usage: { output_tokens: 7 } });
  });

  it("is one document when no stream is asked for", async () => {
    await using model = await startScriptedModel();
    const response = await post(model, ask("think: hm\nsay: grüß\nsay: b\nbash: ls\nwrite: a :: b"));
    expect(response.headers.get("request-id")).toMatch(/^req_/);
    const message = await readJson<{ content: Json[] }>(response);
    expect(message).toMatchObject({ type: "message", role: "assistant", model: "claude-x", stop_reason: "tool_use" });
    expect(message.content).toMatchObject([
      { type: "thinking", thinking: "hm" },
      { type: "text", text: "grüß\nb" },
      { type: "tool_use", name: "Bash", input: { command: "ls" } },
      { type: "tool_use", name: "Write", input: { file_path: "a", content: "b" } },
    ]);
    expect(message.content[2]?.["id"]).not.toBe(message.content[3]?.["id"]);
  });

  it("streams as many deltas as words", async () => {
    await using model = await startScriptedModel();
    const events = await streamEvents(model, "stream: 200 words every 1ms");
    expect(typesOf(events).filter((type) => type === "content_block_delta")).toHaveLength(200);
    expect(textOf(events)).toMatch(/^word1 word2 .* word200$/);
  });

  it("survives being sent byte by byte", async () => {
    await using model = await startScriptedModel();
    const response = await post(model, ask("split: zürich 🎉 日本", { stream: true }));
    let chunks = 0;
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      chunks += 1;
      text += decoder.decode(chunk as Uint8Array, { stream: true });
    }
    expect(textOf(parseEvents(text))).toBe("zürich 🎉 日本");
    expect(chunks).toBeGreaterThan(40);
  });

  it("reports usage that follows from the sizes", async () => {
    await using model = await startScriptedModel();
    const cached = { system: [{ type: "text", text: "x".repeat(400), cache_control: { type: "ephemeral" } }] };
    const usageOf = async (body: Json) =>
      (await readJson<{ usage: Record<string, number> }>(await post(model, body))).usage;
    const first = await usageOf(ask("say: a", cached));
    expect(first).toEqual(await usageOf(ask("say: a", cached)));
    expect(first["cache_creation_input_tokens"]).toBeGreaterThan(100);
    expect(first["cache_read_input_tokens"]).toBe(0);
    expect((await usageOf(ask("say: a")))["cache_creation_input_tokens"]).toBe(0);
  });
});

describe("a failure in the script", () => {
  it("happens as often as it says, then the answer comes", async () => {
    await using model = await startScriptedModel();
    const statusOf = async (prompt: string) => (await post(model, ask(prompt))).status;
    const prompt = "fail: 529 twice\nfail: 500 once\nsay: a";
    expect([await statusOf(prompt), await statusOf(prompt), await statusOf("fail: 529 once")]).toEqual([529, 529, 529]);
    expect([await statusOf(prompt), await statusOf(prompt), await statusOf(prompt)]).toEqual([500, 200, 200]);
    expect(model.journal.prompts()).toEqual([prompt, "fail: 529 once"]);
  });

  it.each([
    [400, "invalid_request_error"],
    [401, "authentication_error"],
    [403, "permission_error"],
    [418, "invalid_request_error"],
    [429, "rate_limit_error"],
    [500, "api_error"],
    [529, "overloaded_error"],
  ])("with %i has the error type %s", async (status, type) => {
    await using model = await startScriptedModel();
    const response = await post(model, ask(`fail: ${status} always`, { stream: true }));
    expect(response.status).toBe(status);
    expect(response.headers.get("retry-after")).toBeNull();
    expect(await response.json()).toMatchObject({ type: "error", error: { type } });
    expect(model.journal.requests).toMatchObject([{ status, outcome: "failed" }]);
  });

  it("says when to come back where the script does", async () => {
    await using model = await startScriptedModel();
    const response = await post(model, ask("fail: 429 once retry-after 7"));
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "7"]);
  });

  it("breaks the connection after what came before", async () => {
    await using model = await startScriptedModel();
    const response = await post(model, ask("say: before\ncut\nsay: after", { stream: true }));
    let text = "";
    await expect(async () => {
      for await (const chunk of response.body ?? []) text += Buffer.from(chunk as Uint8Array).toString();
    }).rejects.toThrow("terminated");
    expect(text).toContain("before");
    expect(text).not.toContain("after");
    await expect.poll(() => outcomes(model)).toEqual(["cut"]);
  });
});

describe("an open answer", () => {
  const startStall = async (model: ScriptedModel, init?: RequestInit) => {
    const response = await post(model, ask("say: before\nstall: 600s", { stream: true }), init);
    const reader = response.body?.getReader();
    await reader?.read();
    return reader;
  };

  it("stops when the client goes away", async () => {
    await using model = await startScriptedModel();
    const client = new AbortController();
    await startStall(model, { signal: client.signal });
    client.abort();
    await expect.poll(() => outcomes(model)).toEqual(["aborted"]);
  });

  it("ends at once when the model is closed, twice or not", async () => {
    const model = await startScriptedModel();
    const reader = await startStall(model);
    const rest = (async () => {
      while (!(await reader?.read())?.done);
    })();
    await Promise.all([model.close(), expect(rest).rejects.toThrow("terminated")]);
    await model.close();
    await expect.poll(() => outcomes(model)).toEqual(["aborted"]);
  });
});

describe("a bad request", () => {
  it.each([
    "not json",
    "[]",
    "null",
    '{"max_tokens":1,"messages":[{"role":"user","content":"a"}]}',
    '{"model":"m","messages":[{"role":"user","content":"a"}]}',
    '{"model":"m","max_tokens":"1","messages":[{"role":"user","content":"a"}]}',
    '{"model":"m","max_tokens":1,"messages":[]}',
    '{"model":"m","max_tokens":1,"messages":"a"}',
    '{"model":"m","max_tokens":1,"messages":[{"role":"dog","content":"a"}]}',
    '{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[1]}]}',
    '{"model":"m","max_tokens":1,"stream":"yes","messages":[{"role":"user","content":"a"}]}',
  ])("%s is refused with 400", async (body) => {
    await using model = await startScriptedModel();
    const response = await post(model, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ type: "error", error: { type: "invalid_request_error" } });
  });

  it("above 32 MB is refused with 413", async () => {
    await using model = await startScriptedModel();
    const response = await post(model, "x".repeat(33 * 1024 * 1024));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ error: { type: "request_too_large" } });
  });

  it("to another path is refused with 404", async () => {
    await using model = await startScriptedModel();
    const responses = await Promise.all(["/", "/v1/models", "/v1/messages"].map((path) => fetch(model.url + path)));
    expect(responses.map((response) => response.status)).toEqual([404, 404, 404]);
  });

  it("that is never finished does not end as answered", async () => {
    await using model = await startScriptedModel();
    const socket = connect(Number(new URL(model.url).port), "127.0.0.1");
    socket.write("POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{");
    await expect.poll(() => model.journal.requests.length).toBe(1);
    socket.destroy();
    await expect.poll(() => outcomes(model)).toEqual(["aborted"]);
  });
});

describe("a model that is none of Claude's", () => {
  it("is not there", async () => {
    await using model = await startScriptedModel();
    const response = await post(model, { ...ask("say: a"), model: "no-such-model" });
    expect(response.status).toBe(404);
    expect(await readJson(response)).toMatchObject({
      error: { type: "not_found_error", message: "model: no-such-model" },
    });
  });
});

describe("the small endpoints", () => {
  it("say that the server is there, and count tokens", async () => {
    await using model = await startScriptedModel();
    expect((await fetch(model.url, { method: "HEAD" })).status).toBe(200);
    const counted = await fetch(`${model.url}/v1/messages/count_tokens`, {
      method: "POST",
      body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "x".repeat(400) }] }),
    });
    expect((await readJson<{ input_tokens: number }>(counted)).input_tokens).toBeGreaterThan(100);
  });
});

describe("the journal", () => {
  it("shows what was sent until it is cleared", async () => {
    await using model = await startScriptedModel();
    await post(model, ask("say: a"), { headers: { "X-Api-Key": "secret" } });
    const path = "/v1/messages?beta=true";
    expect(model.journal.requests).toMatchObject([
      {
        method: "POST",
        path,
        headers: { "x-api-key": "secret" },
        body: { model: "claude-x" },
        status: 200,
        outcome: "answered",
      },
    ]);
    model.journal.clear();
    expect([model.journal.requests, model.journal.prompts()]).toEqual([[], []]);
  });

  it("forgets the oldest", async () => {
    await using model = await startScriptedModel({ journalSize: 2 });
    for (const prompt of ["a", "b", "c"]) await post(model, ask(prompt));
    expect(model.journal.prompts()).toEqual(["b", "c"]);
    expect(model.journal.requests).toHaveLength(2);
  });

  it("does not keep a body above 1 MB", async () => {
    await using model = await startScriptedModel();
    await post(model, ask("x".repeat(2 * 1024 * 1024)));
    expect(model.journal.requests).toMatchObject([{ body: undefined, outcome: "answered" }]);
  });
});
