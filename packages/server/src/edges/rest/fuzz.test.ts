import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createRandom } from "../../lib/random.ts";
import { inputOf } from "../trpc/procedures.ts";
import { fieldsOf, unwrap } from "./convert.ts";
import { inputObject, sentFields } from "./read-request.ts";
import { openTestRest, type TestRest } from "./rest.test-helper.ts";
import { pathNames, type Route } from "./table/route.ts";
import { errorsOf } from "./table/route-errors.ts";
import { ROUTES } from "./table/routes.ts";

const SEED = 20_250_115;
const ROUNDS = 60;

/** As JSON: some of it cannot be said in JavaScript. */
const HOSTILE = [
  "null",
  "true",
  "0",
  "-1",
  "1.5",
  "1e999",
  "-1e308",
  '""',
  '"\\ud800"',
  '"\\u0000"',
  '"../../etc"',
  JSON.stringify("x".repeat(20_000)),
  "[]",
  "{}",
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  `${"[".repeat(10_000)}${"]".repeat(10_000)}`,
  `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`,
  `[${"null,".repeat(100_000)}null]`,
];
const BROKEN = ["", "{", "NaN", "[]", '"text"', "null", '{"a":1,}', '{"__proto__":1}', "\u0000", ...HOSTILE];

type Dice = { chance: (odds: number) => boolean; pick: <T>(from: readonly T[]) => T };
type World = { random: Dice; ids: readonly string[] };

describe("whatever is sent", () => {
  it.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
    "to %s is answered",
    async (_, route) => {
      await using t = await openTestRest();
      const world = { random: createDice(route.id), ids: await fill(t) };
      for (let round = 0; round < ROUNDS; round += 1) {
        const { path, text } = invent(route, world);
        const answer = await fetchOnce(t, route, path, text);
        const what = `${path} ${text?.slice(0, 300)}: ${answer.text.slice(0, 300)}`;
        expect(answer.status, what).toBeLessThan(500);
        if (answer.status < 400) continue;
        const problem = JSON.parse(answer.text);
        expect(answer.type, what).toBe("application/problem+json");
        expect(errorsOf(route).concat("ROUTE_NOT_FOUND"), what).toContain(problem.code);
      }
      expect(t.errors).toEqual([]);
      expect({}).not.toHaveProperty("polluted");
    },
  );
});

function createDice(stream: string): Dice {
  const random = createRandom(SEED, stream);
  return { chance: (odds) => random.next() < odds, pick: (from) => from[random.between(0, from.length - 1)] as never };
}

async function fill(t: TestRest): Promise<string[]> {
  const id = await t.openSession("ann", { permissionMode: "ask" });
  const turnId = await t.send(id);
  await t.ingest(id, { kind: "approval", turnId, key: "k", toolName: "Bash", input: { command: "ls" } });
  const { approvals } = await t.core.approvals.list({ owner: "ann", limit: 1 });
  return [id, turnId, ...approvals.map((approval) => approval.id), randomUUID(), await t.openSession("bob")];
}

function invent(route: Route, world: World): { path: string; text: string | undefined } {
  const { random } = world;
  const input = inputObject(inputOf, route.call);
  const fields = sentFields(route, input);
  const path = pathNames(route).reduce(
    (path, name) => path.replace(`{${name}}`, pathPart(world)),
    route.path as string,
  );
  const sent = [...fields]
    .filter(() => random.chance(0.7))
    .map(([name, schema]) => [name, json(schema, world)] as const);
  if (random.chance(0.1))
    sent.push([random.pick(["nope", "__proto__", "sessionId", "constructor"]), json(z.unknown(), world)]);
  if (route.method !== "POST") {
    const query = sent.map(([name, text]) => `${name}=${encodeURIComponent(text.slice(0, 2000).replaceAll('"', ""))}`);
    return { path: `${path}?${query.join("&")}`, text: undefined };
  }
  if (random.chance(0.1)) return { path, text: random.pick(BROKEN) };
  const body = sent.filter(([name]) => name !== "stream").map(([name, text]) => `${JSON.stringify(name)}:${text}`);
  if (fields.has("stream")) body.push(`"stream":${random.chance(0.9) ? "true" : '"yes"'}`); // nobody would answer
  return { path, text: `{${body.join(",")}}` };
}

function pathPart({ random, ids }: World): string {
  return random.chance(0.8)
    ? random.pick(ids)
    : encodeURIComponent(random.pick(["x", "\u0000", "..", "%", "é".repeat(500), "x".repeat(6000)]));
}

/** Mostly what the schema wants; else anything. */
function json(schema: z.ZodType, world: World): string {
  const { random, ids } = world;
  const inner = unwrap(schema);
  if (random.chance(0.25)) return random.pick(HOSTILE);
  if (inner instanceof z.ZodEnum) return JSON.stringify(random.pick(inner.options));
  if (inner instanceof z.ZodNumber) return String(random.pick([1, 2, 50, 3600, 0.5]));
  if (inner instanceof z.ZodBoolean) return String(random.chance(0.5));
  if (inner instanceof z.ZodLiteral) return JSON.stringify(inner.value);
  if (inner instanceof z.ZodArray) return `[${json(inner.element as z.ZodType, world)}]`;
  if (inner instanceof z.ZodUnion) return json(random.pick(inner.options as z.ZodType[]), world);
  if (inner instanceof z.ZodObject) {
    const held = [...fieldsOf(inner)].filter(() => random.chance(0.4));
    return `{${held.map(([name, field]) => `${JSON.stringify(name)}:${json(field.schema, world)}`).join(",")}}`;
  }
  if (inner instanceof z.ZodRecord) return `{"command":${random.pick(HOSTILE)}}`;
  return JSON.stringify(random.pick([...ids, "opus", "Bash", "say: hi", "\ud800"]));
}

async function fetchOnce(t: TestRest, route: Route, path: string, text: string | undefined) {
  const gone = new AbortController();
  const answer = await t.open(path, { method: route.method, signal: gone.signal, ...(text !== undefined && { text }) });
  const type = answer.headers.get("content-type");
  const isStream = type === "text/event-stream";
  const said = isStream ? "" : await answer.text();
  if (isStream) gone.abort();
  return { status: answer.status, type, text: said };
}
