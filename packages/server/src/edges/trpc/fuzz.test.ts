import { ERRORS, type ErrorCode } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { BROKEN, createDice, fillWorld, inventJson, inventObject, type World } from "../fuzz.test-helper.ts";
import { unwrap } from "../rest/convert.ts";
import { openTestRest, type TestRest } from "../rest/rest.test-helper.ts";
import { inputOf } from "./procedures.ts";
import { rootRouter } from "./root-router.ts";

const ROUNDS = 60;
/** `chat.ask` answers when its turn has ended, which here is never. */
const PATIENCE_MS = 200;
const PATHS = Object.keys(rootRouter._def.procedures);

describe("whatever is sent", () => {
  it.each(PATHS)("to %s is answered in the error table's words", async (path) => {
    await using t = await openTestRest();
    const world = { random: createDice(path), ids: await fillWorld(t) };
    for (let round = 0; round < ROUNDS; round += 1) {
      const text = invent(inputOf(path), world);
      const said = await ask(t, path, text, world);
      if (said === undefined) continue;
      const what = `${path} ${text.slice(0, 300)}: ${said.body.slice(0, 300)}`;
      expect(said.status, what).toBeLessThan(500);
      if (said.status < 400) continue;
      for (const code of codesIn(JSON.parse(said.body))) {
        expect(Object.keys(ERRORS), what).toContain(code);
        expect(code, what).not.toBe("INTERNAL" satisfies ErrorCode);
      }
    }
    expect(t.errors).toEqual([]);
    expect({}).not.toHaveProperty("polluted");
  });
});

const fieldsOf = (object: z.ZodObject) => Object.entries(object.shape as Record<string, z.ZodType>);

function invent(input: z.ZodType | undefined, world: World): string {
  if (!input || world.random.chance(0.1)) return world.random.pick(BROKEN);
  const inner = unwrap(input);
  if (!(inner instanceof z.ZodObject)) return inventJson(input, world, fieldsOf);
  const fields = fieldsOf(inner);
  if (world.random.chance(0.1)) fields.push([world.random.pick(["nope", "__proto__", "constructor"]), z.unknown()]);
  return inventObject(fields, world, fieldsOf, 0.7);
}

/** @returns `undefined` when nothing was answered in time, which a turn that runs explains */
async function ask(t: TestRest, path: string, text: string, { random }: World) {
  const isQuery = rootRouter._def.procedures[path as never]["_def"]["type"] !== "mutation";
  const isBatch = random.chance(0.2);
  const input = isBatch ? `{"0":${text},"1":${text}}` : text;
  const url = new URL(`${t.url}/trpc/${isBatch ? `${path},${path}` : path}`);
  if (isBatch) url.searchParams.set("batch", "1");
  if (isQuery) url.searchParams.set("input", input.slice(0, 8000));
  const headers = { authorization: `Bearer ${t.token}`, "content-type": "application/json" };
  const gone = AbortSignal.timeout(PATIENCE_MS);
  try {
    const answer = await fetch(url, { headers, signal: gone, ...(isQuery ? {} : { method: "POST", body: input }) });
    return { status: answer.status, body: await answer.text() };
  } catch (error) {
    if (gone.aborted) return undefined;
    throw error;
  }
}

function codesIn(body: unknown): string[] {
  const answers = (Array.isArray(body) ? body : [body]) as {
    error?: { code?: string; data?: { cc: { code: string } } };
  }[];
  return answers.flatMap(({ error }) => (error ? [error.data?.cc.code ?? String(error.code)] : []));
}
