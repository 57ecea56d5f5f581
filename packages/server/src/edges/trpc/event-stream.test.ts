import { expect, it } from "vitest";
import { openTestRest, type TestRest } from "../rest/rest.test-helper.ts";

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
