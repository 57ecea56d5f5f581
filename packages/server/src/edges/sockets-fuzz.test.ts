import { randomUUID } from "node:crypto";
import { ERRORS, type ErrorCode } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { BROKEN, createDice, fillWorld, inventJson, inventObject, type World } from "./fuzz.test-helper.ts";
import { openTestRest } from "./rest/rest.test-helper.ts";
import { openSocket, type TestSocket } from "./socket.test-helper.ts";
import { inputOf } from "./trpc/procedures.ts";
import { rootRouter } from "./trpc/root-router.ts";

const MESSAGES = 500;
const PATHS = Object.keys(rootRouter._def.procedures);
const METHODS = ["query", "mutation", "subscription", "subscription.stop", "nope", "constructor"];
const Prompt = z.object({ prompt: z.string(), idempotency_key: z.string(), timeout_seconds: z.number() });

const fieldsOf = (object: z.ZodObject) => Object.entries(object.shape as Record<string, z.ZodType>);

function inventCall(world: World, id: number): string {
  const { random } = world;
  if (random.chance(0.2)) return random.pick(BROKEN);
  const path = random.chance(0.9) ? random.pick(PATHS) : random.pick(["events", "__proto__", "x".repeat(5000), "."]);
  const schema = inputOf(path);
  const input = schema ? inventJson(schema, world, fieldsOf) : random.pick(BROKEN.slice(9));
  const call = `{"id":${random.chance(0.9) ? id : random.pick(['"a"', "null", "{}", "-1", `"${"i".repeat(300)}"`])},"method":"${random.pick(METHODS)}","params":{"path":"${path}","input":${input}${random.chance(0.2) ? ',"lastEventId":"x"' : ""}}}`;
  return random.chance(0.2) ? `[${call},${random.pick(BROKEN.slice(9))},${call}]` : call;
}

function inventStreamMessage(world: World): string {
  const { random } = world;
  if (random.chance(0.3)) return random.pick(BROKEN);
  const fields = [...fieldsOf(Prompt), ["nope", z.unknown()] as const].slice(0, random.chance(0.8) ? 3 : 4);
  const kind = random.pick(["prompt", "prompt", "ping", "toString", "__proto__", ""]);
  const body = inventObject(fields, world, fieldsOf, 0.7).slice(1);
  return `{"type":"${kind}"${body === "}" ? "" : ","}${body}`;
}

/** Every refusal is the table's, and the socket works still. */
async function expectTyped(socket: TestSocket, codesOf: (message: never) => string[]): Promise<void> {
  for (const message of socket.messages) {
    for (const code of codesOf(message as never)) {
      expect(Object.keys(ERRORS), JSON.stringify(message).slice(0, 500)).toContain(code);
      expect(code, JSON.stringify(message).slice(0, 500)).not.toBe("INTERNAL" satisfies ErrorCode);
    }
  }
  expect(socket.ws.readyState).toBe(socket.ws.OPEN);
  expect({}).not.toHaveProperty("polluted");
}

describe("whatever is sent to a socket", () => {
  it("of calls is answered in the error table's words, and the next call as if nothing had been", async () => {
    await using t = await openTestRest();
    const world = { random: createDice("sockets"), ids: await fillWorld(t) };
    const socket = await openSocket(`${t.url}/trpc`, { token: t.token });
    for (let n = 1; n <= MESSAGES; n += 1) socket.send(inventCall(world, n));
    socket.send({ id: "last", method: "query", params: { path: "sessions.list", input: {} } });
    await socket.until(({ id }) => id === "last");
    await expectTyped(socket, ({ error }: { error?: { data: { cc: { code: string } } } }) =>
      error ? [error.data.cc.code] : [],
    );
    expect(t.errors).toEqual([]);
  });

  it("of a session is answered in the error table's words, and a ping after it with pong", async () => {
    await using t = await openTestRest();
    const world = { random: createDice("stream"), ids: [await t.openSession(), randomUUID()] };
    const socket = await openSocket(`${t.url}/api/v1/sessions/${world.ids[0]}/stream`, { token: t.token });
    for (let n = 1; n <= MESSAGES; n += 1) socket.send(inventStreamMessage(world));
    const pongs = socket.messages.length;
    socket.send({ type: "prompt", prompt: " ", idempotency_key: "the last" });
    socket.send({ type: "ping" });
    await expect.poll(() => socket.messages.slice(pongs).findLast(({ type }) => type === "pong")).toBeDefined();
    await expectTyped(socket, ({ event, data }: { event?: string; data: { code: string } }) =>
      event === "error" ? [data.code] : [],
    );
    expect(t.errors).toEqual([]);
  });
});
