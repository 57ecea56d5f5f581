/** What hostile and clumsy callers send: mostly what a schema wants, else anything. One seed, one run. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { createRandom } from "../lib/random.ts";
import { unwrap } from "./rest/convert.ts";
import type { TestRest } from "./rest/rest.test-helper.ts";

export type Dice = { chance: (odds: number) => boolean; pick: <T>(from: readonly T[]) => T };
export type World = { random: Dice; ids: readonly string[] };
type Fields = (object: z.ZodObject) => readonly (readonly [name: string, schema: z.ZodType])[];

const SEED = 20_250_115;

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
export const BROKEN = ["", "{", "NaN", "[]", '"text"', "null", '{"a":1,}', '{"__proto__":1}', "\u0000", ...HOSTILE];

export function createDice(stream: string): Dice {
  const random = createRandom(SEED, stream);
  return { chance: (odds) => random.next() < odds, pick: (from) => from[random.between(0, from.length - 1)] as never };
}

/** @returns ids of everything there is of ann's, of nothing, and of bob's */
export async function fillWorld(t: TestRest): Promise<string[]> {
  const id = await t.openSession("ann", { permissionMode: "ask" });
  const turnId = await t.send(id);
  await t.ingest(id, { kind: "approval", turnId, key: "k", toolName: "Bash", input: { command: "ls" } });
  const { approvals } = await t.core.approvals.list({ owner: "ann", limit: 1 });
  return [id, turnId, ...approvals.map((approval) => approval.id), randomUUID(), await t.openSession("bob")];
}

/** A value for the schema as JSON. `fieldsOf`: an object's, by the names that are sent. */
export function inventJson(schema: z.ZodType, world: World, fieldsOf: Fields): string {
  const { random, ids } = world;
  const inner = unwrap(schema);
  if (random.chance(0.25)) return random.pick(HOSTILE);
  if (inner instanceof z.ZodEnum) return JSON.stringify(random.pick(inner.options));
  if (inner instanceof z.ZodNumber) return String(random.pick([1, 2, 50, 3600, 0.5]));
  if (inner instanceof z.ZodBoolean) return String(random.chance(0.5));
  if (inner instanceof z.ZodLiteral) return JSON.stringify(inner.value);
  if (inner instanceof z.ZodArray) return `[${inventJson(inner.element as z.ZodType, world, fieldsOf)}]`;
  if (inner instanceof z.ZodUnion) return inventJson(random.pick(inner.options as z.ZodType[]), world, fieldsOf);
  if (inner instanceof z.ZodObject) return inventObject(fieldsOf(inner), world, fieldsOf, 0.4);
  if (inner instanceof z.ZodRecord) return `{"command":${random.pick(HOSTILE)}}`;
  return JSON.stringify(random.pick([...ids, "opus", "Bash", "say: hi", "\ud800"]));
}

/** Some of the fields; `odds` of each. */
export function inventObject(fields: ReturnType<Fields>, world: World, fieldsOf: Fields, odds: number): string {
  const held = fields.filter(() => world.random.chance(odds));
  return `{${held.map(([name, field]) => `${JSON.stringify(name)}:${inventJson(field, world, fieldsOf)}`).join(",")}}`;
}
