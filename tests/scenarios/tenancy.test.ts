/**
 * Every procedure over HTTP and over a WebSocket, every operation of REST, and the sockets themselves: asked by nobody, by
 * somebody unknown, by another owner, and for what does not exist.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { askForSocket } from "../harness/ask-socket.ts";
import { openSession } from "../harness/run-turn.ts";
import { shareStack } from "../harness/start-stack.ts";
import { hideIds, makeEverything, NOTHING, type Way } from "../harness/tenancy/everything.ts";
import { operationWays } from "../harness/tenancy/operations.ts";
import { procedureWays, socketWays } from "../harness/tenancy/procedures.ts";
import { verifies } from "../verifies.ts";

const stack = shareStack();

/** What may be asked of a WebSocket, by its heading in the document. */
const SOCKETS: Readonly<Record<string, (url: string) => Way[]>> = {
  "WS /sessions/{session_id}/stream": (url) => [
    {
      name: "the stream of a session",
      names: ["sessionId"],
      refused: 401,
      async ask(ids, token) {
        const { status, body } = await askForSocket(`${url}/api/v1/sessions/${ids.sessionId}/stream`, token);
        return { status, body: hideIds(body, ids) };
      },
    },
  ],
  "WS /trpc": socketWays,
};

const isNaming = ({ names }: Way) => names.length > 0;

async function allWays(): Promise<Way[]> {
  const { url } = stack();
  const sockets = Object.values(SOCKETS).flatMap((ways) => ways(url));
  return [...procedureWays(url), ...(await operationWays(url)), ...sockets];
}

verifies("socket.foreign", "every WebSocket of the document is asked", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/api.md"), "utf8");
  expect([...page.matchAll(/^### (WS .*)$/gm)].map(([, name]) => name)).toEqual(Object.keys(SOCKETS));
});

verifies("auth.every-call", "nobody and somebody unknown are refused everything, whatever they name", async () => {
  await using own = await makeEverything(stack().client());
  for (const { name, refused, ask } of await allWays()) {
    for (const ids of [own.ids, NOTHING]) {
      for (const [token, code] of [
        [undefined, "TOKEN_MISSING"],
        ["not.a.token", "TOKEN_INVALID"],
      ] as const) {
        const { status, body } = await ask(ids, token);
        expect([name, status, body]).toEqual([name, refused, expect.stringContaining(code)]);
      }
    }
  }
});

verifies("session.foreign", "another owner is answered everywhere as if it did not exist", async () => {
  await using own = await makeEverything(stack().client());
  await using mine = await openSession(stack().client("mallory"));
  const mixed = { ...own.ids, sessionId: mine.id };
  const ways = await allWays();
  const token = await stack().token("mallory");
  const lists = ways.filter(({ name }) => /\.list|^GET \/(sessions|approvals|audit)$|\/events$/.test(name));
  expect(lists).toHaveLength(12);
  for (const { name, ask } of lists) {
    const { body } = await ask(mixed, token);
    for (const id of [own.ids.sessionId, "<turnId>", "<approvalId>"])
      expect([name, body]).toEqual([name, expect.not.stringContaining(id)]);
  }
  for (const { name, names, ask } of ways.filter(isNaming)) {
    const stranger = await stack().token(`stranger to ${name}`); // whose own audit log is empty
    const foreign = await ask(own.ids, stranger);
    expect([name, foreign]).toEqual([name, await ask(NOTHING, stranger)]);
    expect([name, foreign.body]).toEqual([name, expect.stringMatching(/_NOT_FOUND|"entries":\[\]/)]);
    if (!names.includes("turnId")) continue;
    const inMine = await ask(mixed, token);
    expect([name, inMine]).toEqual([name, await ask({ ...NOTHING, sessionId: mine.id }, token)]);
    expect([name, inMine.body]).toEqual([name, expect.stringContaining("TURN_NOT_FOUND")]);
  }
  expect((await stack().client().sessions.get.query({ sessionId: own.ids.sessionId })).status).toBe("running");
});
