import { describe, expect, it } from "vitest";
import { inputOf } from "../../trpc/procedures.ts";
import { rootRouter } from "../../trpc/root-router.ts";
import { fieldsOf } from "../convert.ts";
import { inputObject } from "../read-request.ts";
import { openTestRest } from "../rest.test-helper.ts";
import { pathNames } from "../table/route.ts";
import { ROUTES } from "../table/routes.ts";
import { createOpenApi, type JsonSchema } from "./openapi.ts";

const document = createOpenApi(inputOf);

/** Every value in it, with the keys that lead there. */
function* walk(value: unknown, path: readonly string[] = []): Generator<{ path: readonly string[]; value: unknown }> {
  yield { path, value };
  if (typeof value !== "object" || value === null) return;
  for (const [key, held] of Object.entries(value)) yield* walk(held, [...path, key]);
}

describe("the table of routes", () => {
  it("names procedures that exist, and takes from the path what they take", () => {
    const procedures = Object.keys(rootRouter._def.procedures);
    for (const route of ROUTES) {
      for (const { call } of [route, ...(route.instead ? [route.instead] : [])]) {
        expect(procedures).toContain(call);
        const fields = [...fieldsOf(inputObject(inputOf, call)).keys()];
        expect(fields).toEqual(expect.arrayContaining(pathNames(route)));
      }
    }
  });

  it("has each operation once, and one for each procedure", () => {
    const ids = ROUTES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const called = new Set(ROUTES.flatMap(({ call, instead }) => [call, ...(instead ? [instead.call] : [])]));
    expect(Object.keys(rootRouter._def.procedures).filter((path) => !called.has(path))).toEqual([]);
  });
});

describe("the OpenAPI document", () => {
  it("has every row, with its statuses, its refusals as problems and its names in snake_case", () => {
    const { post } = document.paths["/sessions/{session_id}/chat"] ?? {};
    expect(Object.keys(post?.responses ?? {})).toEqual(expect.arrayContaining(["200", "202", "404", "409", "413"]));
    expect(post?.responses["409"]?.description).toContain("IDEMPOTENCY_KEY_REUSED");
    expect(post?.responses["409"]?.content).toHaveProperty(["application/problem+json"]);
    expect(Object.values(document.paths).flatMap((path) => Object.keys(path))).toHaveLength(ROUTES.length);
    const names = [...walk(document)].filter(({ path }) => path.at(-2) === "properties").map(({ path }) => path.at(-1));
    expect(names).toContain("total_cost_usd");
    expect(names.filter((name) => !/^[a-z_]+$/.test(name ?? ""))).toEqual([]);
  });

  it("says of every parameter, field and schema what it is", () => {
    const { schemas } = document.components;
    const isTold = ({ description, $ref }: JsonSchema): boolean =>
      $ref === undefined ? Boolean(description) : isTold(schemas[String($ref).split("/").at(-1) ?? ""] ?? {});
    const told = [...walk(document)].filter(
      ({ path }) => path.at(-2) === "properties" || path.at(-2) === "parameters" || path.at(-2) === "schemas",
    );
    const silent = told.filter(({ value }) => !isTold(value as JsonSchema)).map(({ path }) => path.join("."));
    expect(silent).toEqual([]);
  });

  it("points at nothing that is not there", () => {
    const targets = [...walk(document)].filter(({ path }) => path.at(-1) === "$ref").map(({ value }) => String(value));
    const names = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect(targets.filter((target) => !names.includes(target))).toEqual([]);
    expect(new Set(targets).size).toBe(names.length);
  });

  it("is served to anybody, and as a page that may load nothing", async () => {
    await using t = await openTestRest();
    const served = await fetch(`${t.url}/openapi.json`);
    expect(await served.json()).toEqual(JSON.parse(JSON.stringify(document)));
    const page = await fetch(`${t.url}/docs`);
    expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+';/);
    const html = await page.text();
    for (const { id } of ROUTES) expect(html).toContain(`id="${id}"`);
    expect(html).toContain('id="SESSION_NOT_FOUND"');
    expect(html).toContain("<td>So many entries a page at most.</td>");
    expect(html).toContain("Number of the newest event; 0 before the first.");
    expect(html).not.toMatch(/<script|\son\w+=|src=|https?:\/\//);
  });
});
