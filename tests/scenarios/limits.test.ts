/** What one owner may have and do, under callers that race. */
import { once } from "node:events";
import { connect } from "node:net";
import { createClient, isCcError } from "@cc-docker/client";
import { expect } from "vitest";
import { collectUntil, openSession, runTurn } from "../harness/run-turn.ts";
import { startStack } from "../harness/start-stack.ts";
import { waitUntil } from "../harness/wait-until.ts";
import { verifies } from "../verifies.ts";

verifies("limits.owner", "callers that race get no more sessions than may live, and more when one stops", async () => {
  await using stack = await startStack({ env: { MAX_SESSIONS_PER_USER: "2" } });
  const client = stack.client();
  const made = await Promise.allSettled(Array.from({ length: 10 }, () => client.sessions.create.mutate({})));
  const refused = made.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  expect(refused).toHaveLength(8);
  for (const error of refused) expect(isCcError(error, "SESSION_LIMIT_REACHED")).toBe(true);
  const ids = made.flatMap((one) => (one.status === "fulfilled" ? [one.value.id] : []));
  for (const sessionId of ids) expect((await runTurn(client, sessionId, "say: here")).text).toBe("here");
  expect(await client.system.limits.query()).toMatchObject({
    liveSessions: { used: 2, max: 2 },
    openTurns: { used: 0, max: 200 },
    tokensToday: { used: expect.any(Number) },
  });

  const [first = ""] = ids;
  await client.sessions.stop.mutate({ sessionId: first });
  await using third = await openSession(client);
  const waking = client.chat.send.mutate({ sessionId: first, prompt: "say: again" });
  await expect(waking).rejects.toMatchObject({ code: "SESSION_LIMIT_REACHED" });
  await client.sessions.stop.mutate({ sessionId: third.id });
  expect((await runTurn(client, first, "say: again")).text).toBe("again");
});

verifies("limits.owner", "who asks too often is told when to come back, and nobody else notices", async () => {
  const env = { SESSION_IMAGE: "cc-docker/absent:1", MAX_REQUESTS_PER_SECOND: "5", MAX_SUBSCRIPTIONS_PER_USER: "3" };
  await using stack = await startStack({ env });
  const ask = async (token: string) =>
    fetch(new URL("/trpc/sessions.list?input=%7B%7D", stack.url), { headers: { authorization: `Bearer ${token}` } });
  const token = await stack.token("alice");
  const answers = await Promise.all(Array.from({ length: 40 }, () => ask(token)));
  const late = answers.filter(({ status }) => status === 429);
  expect(late.length).toBeGreaterThanOrEqual(20);
  expect(late[0]?.headers.get("retry-after")).toBe("1");
  expect(await late[0]?.json()).toMatchObject({ error: { data: { cc: { code: "REQUEST_LIMIT_REACHED" } } } });
  expect((await ask(await stack.token("bob"))).status).toBe(200);
  await waitUntil(async () => (await ask(token)).status === 200, { what: "alice to be heard again", everyMs: 300 });
});

verifies("limits.owner", "of too many streams the last is refused, until another has ended", async () => {
  const env = { SESSION_IMAGE: "cc-docker/absent:1", MAX_SUBSCRIPTIONS_PER_USER: "3" };
  await using stack = await startStack({ env });
  const { id: sessionId } = await stack.client().sessions.create.mutate({});
  const client = createClient({ url: stack.url, token: await stack.token("alice") });
  const follow = (signal: AbortSignal) => client.followEvents({ sessionId, signal, giveUpAfterMs: 0 });
  const leaving = Array.from({ length: 3 }, () => new AbortController());
  for (const { signal } of leaving) await follow(signal).next();
  const fourth = () => follow(AbortSignal.timeout(10_000)).next();
  await expect(fourth()).rejects.toMatchObject({ code: "SUBSCRIPTION_LIMIT_REACHED" });
  leaving[0]?.abort();
  await waitUntil(
    () =>
      fourth().then(
        ({ done }) => !done,
        () => false,
      ),
    { what: "a stream to be free" },
  );
  for (const one of leaving) one.abort();
});

verifies(
  "limits.owner",
  "a turn that is stopped in the midst of an answer has been paid for all the same",
  async () => {
    await using stack = await startStack();
    const client = stack.client();
    const spent = async () => client.system.limits.query();
    await using session = await openSession(client);
    const { id: sessionId } = session;
    await client.chat.send.mutate({ sessionId, prompt: "stream: 5000 words every 5ms" });
    await collectUntil(client, { sessionId, isLast: ({ type }) => type === "agent.stream_event" });
    await client.chat.interrupt.mutate({ sessionId });
    await collectUntil(client, { sessionId, isLast: ({ type }) => type === "turn.interrupted" });
    const interrupted = await spent();
    expect(interrupted.tokensToday.used).toBeGreaterThan(1000);
    expect(interrupted.costUsdToday.used).toBeGreaterThan(0);

    await client.chat.send.mutate({ sessionId, prompt: "stream: 5000 words every 5ms" });
    await collectUntil(client, {
      sessionId,
      after: (await client.sessions.get.query({ sessionId })).lastSeq,
      isLast: ({ type }) => type === "agent.stream_event",
    });
    await client.sessions.stop.mutate({ sessionId });
    expect((await spent()).tokensToday.used).toBeGreaterThan(interrupted.tokensToday.used + 1000);
  },
);

verifies(
  "limits.slow-callers",
  "callers that never finish their requests are hung up on, and hold nobody up",
  async () => {
    await using stack = await startStack({ env: { SESSION_IMAGE: "cc-docker/absent:1" } });
    const port = Number(new URL(stack.url).port);
    const sockets = Array.from({ length: 500 }, () => connect(port, "127.0.0.1"));
    const ends = sockets.map(async (socket) => {
      let answer = "";
      socket.setEncoding("utf8").on("data", (chunk: string) => (answer += chunk));
      socket.on("error", () => undefined); // a reset ends it as well
      socket.write("POST /trpc/sessions.create HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
      const drip = setInterval(() => socket.write("x"), 1000);
      await once(socket, "close");
      clearInterval(drip);
      return answer;
    });
    expect((await stack.client().sessions.list.query({})).sessions).toEqual([]);
    const answers = await Promise.all(ends);
    expect(answers.filter((answer) => answer.startsWith("HTTP/1.1 408 "))).toHaveLength(500);
  },
);
