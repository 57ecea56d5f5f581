/** A data directory without space: refusals leave nothing, what was accepted is whole, and space is all it takes. */
import { type Client, endsTurn } from "@cc-docker/client";
import { expect } from "vitest";
import { collectUntil, openSession, runTurn } from "../harness/run-turn.ts";
import { mountSmallDisk } from "../harness/small-disk.ts";
import { startStack } from "../harness/start-stack.ts";
import { waitUntil } from "../harness/wait-until.ts";
import { verifies } from "../verifies.ts";

const KEY = "the key of the refused prompt";

verifies(
  "error.disk-full",
  "with a full disk calls are refused and leave nothing, a running turn waits, and space heals it all",
  async () => {
    await using disk = await mountSmallDisk(16);
    await using own = await startStack({ parent: disk.path });
    const client = own.client();
    await using session = await openSession(client);
    const { id: sessionId } = session;
    const { id: turnId } = await client.chat.send.mutate({ sessionId, prompt: "wait: 3s\nsay: in the end" });
    await waitUntil(() => own.model.journal.requests.some(({ outcome }) => outcome === "open"), {
      what: "the model call",
    });
    disk.fill();

    const refused = { code: "STORE_FULL" };
    await waitUntil(() => refusesToSend(client, sessionId), { what: "the disk to be full" }); // a commit or two may still fit
    await expect(
      client.chat.send.mutate({ sessionId, prompt: "say: refused", idempotencyKey: KEY }),
    ).rejects.toMatchObject(refused);
    await expect(client.sessions.create.mutate({})).rejects.toMatchObject(refused);
    expect(await statusOfSend(own.url, await own.token("alice"), sessionId)).toBe(507);
    await waitUntil(() => own.model.journal.requests.every(({ outcome }) => outcome === "answered"), {
      what: "the model to have answered",
    });
    expect((await client.chat.get.query({ sessionId, turnId })).status).toBe("running");
    expect((await client.sessions.list.query({})).sessions.map(({ id }) => id)).toEqual([sessionId]);

    await disk.free();
    const events = await collectUntil(client, {
      sessionId,
      isLast: (event) => endsTurn(event.type) && event.turnId === turnId,
    });
    expect(events.at(-1)).toMatchObject({ type: "turn.completed", data: { result: { text: "in the end" } } });
    expect(JSON.stringify(events)).not.toContain("say: refused");
    expect(own.model.journal.requests.filter(({ status }) => status === 200)).toHaveLength(1);
    const repeated = await runTurn(client, sessionId, "say: accepted", { idempotencyKey: KEY });
    expect(repeated.text).toBe("accepted");
  },
);

verifies(
  "error.disk-full",
  "a turn's time that is over while the disk is full ends it when there is space",
  async () => {
    await using disk = await mountSmallDisk(16);
    await using own = await startStack({ parent: disk.path });
    const client = own.client();
    await using session = await openSession(client, { requestTimeout: 5 });
    const turn = await client.chat.send.mutate({ sessionId: session.id, prompt: "stall: 60s" });
    await waitUntil(() => own.model.journal.requests.some(({ outcome }) => outcome === "open"), {
      what: "the model call",
    });
    disk.fill();
    await waitUntil(() => refusesToSend(client, session.id), { what: "the disk to be full" });
    const startedAt = Date.parse(
      (await client.chat.get.query({ sessionId: session.id, turnId: turn.id })).startedAt ?? "",
    );
    await waitUntil(() => Date.now() > startedAt + 6000, { what: "the turn's time to be over" });
    expect((await client.chat.get.query({ sessionId: session.id, turnId: turn.id })).status).toBe("running");
    await disk.free();
    const ended = await collectUntil(client, {
      sessionId: session.id,
      isLast: ({ type, turnId }) => endsTurn(type) && turnId === turn.id,
    });
    expect(ended.at(-1)).toMatchObject({ type: "turn.interrupted", data: { error: { code: "REQUEST_TIMEOUT" } } });
  },
);

/** Each try that fits takes a little of the space that is left; it is taken back. */
async function refusesToSend(client: Client, sessionId: string): Promise<boolean> {
  const sent = await client.chat.send.mutate({ sessionId, prompt: "say: fits" }).catch(() => undefined);
  if (!sent) return true;
  await client.chat.interrupt.mutate({ sessionId, turnId: sent.id }).catch(() => undefined);
  return false;
}

async function statusOfSend(url: string, token: string, sessionId: string): Promise<number> {
  const response = await fetch(`${url}/trpc/chat.send`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ sessionId, prompt: "say: refused", idempotencyKey: KEY }),
  });
  return response.status;
}
