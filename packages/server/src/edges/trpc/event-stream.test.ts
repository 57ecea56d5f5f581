import { expect, it } from "vitest";
import { openTestRest, signToken, type TestRest } from "../rest/rest.test-helper.ts";

const MISSING = JSON.stringify({ sessionId: "00000000-0000-4000-8000-000000000000" });

function follow(t: TestRest, input: string): Promise<Response> {
  const url = `${t.url}/trpc/events.follow?input=${encodeURIComponent(input)}`;
  return fetch(url, { headers: { authorization: `Bearer ${t.token}` } });
}

it.each([
  ["is of no session", MISSING],
  ["has no such input", JSON.stringify({ sessionId: 7 })],
  ["is no JSON", "{"],
])(
  "a request to follow that %s takes one request of its owner's, and says what is wrong with it",
  async (_what, input) => {
    await using t = await openTestRest("ann", { limits: { requestsPerSecond: 1 } });
    const answers: string[] = [];
    for (let n = 0; n < 3; n += 1) answers.push(await (await follow(t, input)).text());
    expect(answers.map((answer) => answer.includes("REQUEST_LIMIT_REACHED"))).toEqual([false, false, true]);
  },
);

it("a request for the head of a stream is answered, and takes no stream", async () => {
  await using t = await openTestRest("ann", { limits: { subscriptions: 1 } });
  const sessionId = await t.openSession();
  const url = `${t.url}/trpc/events.follow?input=${encodeURIComponent(JSON.stringify({ sessionId }))}`;
  const headers = { authorization: `Bearer ${t.token}` };
  const head = await fetch(url, { method: "HEAD", headers, signal: AbortSignal.timeout(3000) });
  expect([head.status, await head.text()]).toEqual([204, ""]);
  expect(t.followers()).toBe(0);
});

it.each([
  ["is there twice", (input: string) => `input=${input}&input=${input}`],
  [
    "is badly encoded where it does not matter",
    (input: string) => `input=${input.replace("%7B", "%7B%22sessionId%22:%22%FF%22,")}`,
  ],
])("a stream ends with its token also where the input %s, which tRPC's adapter reads", async (_what, toQuery) => {
  await using t = await openTestRest();
  const input = encodeURIComponent(JSON.stringify({ sessionId: await t.openSession() }));
  const authorization = `Bearer ${await signToken("ann", Math.floor(Date.now() / 1000) + 2)}`;
  const url = `${t.url}/trpc/events.follow?${toQuery(input)}`;
  const answer = await fetch(url, { headers: { authorization }, signal: AbortSignal.timeout(8000) });
  expect(await answer.text()).toContain('"seq":1,');
});
