import { describe, expect, it } from "vitest";
import { z } from "zod";
import { BROKEN, createDice, fillWorld, inventJson, type World } from "../fuzz.test-helper.ts";
import { inputOf } from "../trpc/procedures.ts";
import { fieldsOf } from "./convert.ts";
import { inputObject, sentFields } from "./read-request.ts";
import { openTestRest, type TestRest } from "./rest.test-helper.ts";
import { pathNames, type Route } from "./table/route.ts";
import { errorsOf } from "./table/route-errors.ts";
import { ROUTES } from "./table/routes.ts";

const ROUNDS = 60;

describe("whatever is sent", () => {
  it.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
    "to %s is answered",
    async (_, route) => {
      await using t = await openTestRest();
      const world = { random: createDice(route.id), ids: await fillWorld(t) };
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

function json(schema: z.ZodType, world: World): string {
  return inventJson(schema, world, (object) => [...fieldsOf(object)].map(([name, field]) => [name, field.schema]));
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
