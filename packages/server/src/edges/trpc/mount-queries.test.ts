import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { openTestRest } from "../rest/rest.test-helper.ts";

/** What a batch of two says of each, which tRPC's own adapter answers. */
async function ask({ url, token }: { url: string; token: string }, path: string, input: string | undefined) {
  const headers = { authorization: `Bearer ${token}`, "x-request-id": "one" };
  const get = async (where: string, query: Record<string, string>) => {
    const response = await fetch(`${url}/trpc/${where}?${new URLSearchParams(query).toString()}`, { headers });
    return { status: response.status, retry: response.headers.get("retry-after"), body: await response.json() };
  };
  const both = { batch: "1", ...(input !== undefined && { input: `{"0":${input},"1":${input}}` }) };
  const [alone, first, byAdapter] = await Promise.all([
    get(path, input === undefined ? {} : { input }),
    get(path, { batch: "1", ...(input !== undefined && { input: `{"0":${input}}` }) }),
    get(`${path},${path}`, both),
  ]);
  return { alone, first, byAdapter };
}

test.each([
  ["an answer", "sessions.get", "known"],
  ["no input", "system.health", undefined],
  ["defaults", "sessions.list", "{}"],
  ["an unknown id", "sessions.get", `{"sessionId":"${randomUUID()}"}`],
  ["a wrong type", "sessions.get", '{"sessionId":7}'],
  ["a field too many", "sessions.get", '{"__proto__":{"a":1}}'],
  ["none where one is needed", "sessions.get", undefined],
])("a query alone is answered as in a batch: %s", async (_what, path, input) => {
  const rest = await openTestRest();
  const known = JSON.stringify({ sessionId: await rest.openSession() });
  const { alone, first, byAdapter } = await ask(rest, path, input === "known" ? known : input);
  expect(first.body).toEqual([alone.body]);
  expect(byAdapter.body).toEqual([alone.body, alone.body]);
  expect(first.status).toBe(alone.status);
});

test.each([["{"], ["[1"], [""]])("an input that is no JSON is refused: %j", async (input) => {
  const rest = await openTestRest();
  const response = await fetch(`${rest.url}/trpc/sessions.get?input=${encodeURIComponent(input)}`, {
    headers: { authorization: `Bearer ${rest.token}` },
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { data: { cc: { code: "REQUEST_INVALID" } } } });
});

test("a batch whose input is no object is refused", async () => {
  const rest = await openTestRest();
  const headers = { authorization: `Bearer ${rest.token}` };
  const response = await fetch(`${rest.url}/trpc/sessions.get?batch=1&input=null`, { headers });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject([{ error: { data: { cc: { code: "REQUEST_INVALID" } } } }]);
});

test("a refusal has its row's status and says when to try again", async () => {
  const rest = await openTestRest("ann", { limits: { requestsPerSecond: 1 } });
  const headers = { authorization: `Bearer ${rest.token}` };
  const ask = () => fetch(`${rest.url}/trpc/sessions.list`, { headers });
  const answers = await Promise.all(Array.from({ length: 4 }, ask));
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.headers.get("retry-after")).toBe("1");
});

test("who asks for it otherwise is answered by tRPC's adapter", async () => {
  const rest = await openTestRest();
  const authorization = `Bearer ${rest.token}`;
  const streamed = await fetch(`${rest.url}/trpc/sessions.list?batch=1`, {
    headers: { authorization, "trpc-accept": "application/jsonl" },
  });
  expect(streamed.headers.get("transfer-encoding")).toBe("chunked");
  expect((await streamed.text()).split("\n").length).toBeGreaterThan(2);
  const input = encodeURIComponent(JSON.stringify({ sessionId: await rest.openSession() }));
  const twice = await fetch(`${rest.url}/trpc/sessions.get?input=${input}&input=7`, { headers: { authorization } });
  expect(twice.status).toBe(200);
});
