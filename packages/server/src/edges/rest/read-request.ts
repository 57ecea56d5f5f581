/** From a request to what its procedure is called with. */
import { randomUUID } from "node:crypto";
import { CcError } from "@cc-docker/protocol";
import { z } from "zod";
import { isRecord, recordOf } from "../../lib/json.ts";
import { type Field, fieldsOf, fromRest, unwrap, wordIssues } from "./convert.ts";
import { type Answer, type Input, pathNames, type Route } from "./table/route.ts";

export type RestRequest = {
  params: unknown;
  query: unknown;
  body: unknown;
  headers: Readonly<Record<string, string | string[] | undefined>>;
};
export type InputOf = (call: string) => z.ZodType | undefined;
/** `own`: what is not for the procedure; `schema`: what the procedure takes. */
export type ReadRequest = { answer: Answer; input: Input; own: Input; schema: z.ZodObject };

/** What comes in a header, in no other place. */
const KEY = "idempotencyKey";

/** @throws CcError REQUEST_INVALID; what the procedure itself refuses is left to it */
export function readRequest(route: Route, request: RestRequest, inputOf: InputOf): ReadRequest {
  const sent = route.method === "POST" ? requireBody(request.body) : recordOf(request.query);
  const { own, others } = takeOwn(route, sent);
  const answer = route.instead?.when(own) ? route.instead : route;
  const schema = inputObject(inputOf, answer.call);
  const free = freeFields(route, schema);
  for (const name of Object.keys(others)) if (!free.has(name)) throw noSuchField(name);
  const given = fromRest(schema, route.method === "POST" ? others : readTexts(free, others)) as Input;
  const input = {
    ...given,
    ...pathFields(route, schema, recordOf(request.params)),
    ...fromHeaders(schema, request),
  };
  return { answer, input: route.prepare?.(input) ?? input, own, schema };
}

export function inputObject(inputOf: InputOf, call: string): z.ZodObject {
  const schema = inputOf(call);
  const inner = schema && unwrap(schema);
  return inner instanceof z.ZodObject ? inner : z.strictObject({});
}

/** Fields of the procedure that come in query or body. */
function freeFields(route: Route, schema: z.ZodObject): Map<string, Field> {
  const inPath = new Set(pathNames(route));
  return new Map([...fieldsOf(schema)].filter(([name, field]) => !inPath.has(name) && field.name !== KEY));
}

/** All that comes in query or body, with REST's own. */
export function sentFields(route: Route, schema: z.ZodObject): Map<string, z.ZodType> {
  const fields = [...freeFields(route, schema), ...(route.own ? fieldsOf(route.own) : [])];
  return new Map(fields.map(([name, field]) => [name, field.schema]));
}

export function keyField(schema: z.ZodObject): z.ZodType | undefined {
  return schema.shape[KEY] as z.ZodType | undefined;
}

function takeOwn({ own: schema }: Route, sent: Input): { own: Input; others: Input } {
  if (!schema) return { own: {}, others: sent };
  const names = fieldsOf(schema);
  const entries = Object.entries(sent);
  const mine = Object.fromEntries(entries.filter(([name]) => names.has(name)));
  const parsed = schema.safeParse(fromRest(schema, mine));
  if (!parsed.success) throw new CcError("REQUEST_INVALID", wordIssues(schema, parsed.error));
  return { own: parsed.data, others: Object.fromEntries(entries.filter(([name]) => !names.has(name))) };
}

function pathFields(route: Route, schema: z.ZodObject, params: Input): Input {
  const fields = fieldsOf(schema);
  return Object.fromEntries(
    pathNames(route).flatMap((name) => {
      const field = fields.get(name);
      return field ? [[field.name, params[name]]] : [];
    }),
  );
}

function fromHeaders(schema: z.ZodObject, { headers }: RestRequest): Input {
  const key = headers["idempotency-key"] ?? (isRequired(keyField(schema)) ? randomUUID() : undefined);
  const seen = headers["last-event-id"];
  return {
    ...(keyField(schema) && key !== undefined && { [KEY]: key }),
    ...("lastEventId" in schema.shape && seen !== undefined && { lastEventId: seen }),
  };
}

function isRequired(schema: z.ZodType | undefined): boolean {
  return schema !== undefined && !schema.safeParse(undefined).success;
}

/** Numbers as a query writes them; what is none is left for the schema to refuse. */
function readTexts(fields: ReadonlyMap<string, Field>, sent: Input): Input {
  const read = ([name, value]: [string, unknown]) => {
    const field = fields.get(name);
    const isNumber = field !== undefined && unwrap(field.schema) instanceof z.ZodNumber;
    return [name, isNumber && typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value];
  };
  return Object.fromEntries(Object.entries(sent).map(read));
}

function requireBody(body: unknown): Input {
  if (body === undefined) return {};
  if (isRecord(body)) return body;
  throw new CcError("REQUEST_INVALID", "The body must be a JSON object.");
}

function noSuchField(name: string): CcError {
  return new CcError("REQUEST_INVALID", `${name.slice(0, 200)}: there is no such field`);
}
