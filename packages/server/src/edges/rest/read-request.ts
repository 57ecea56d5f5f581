/** From a request to what its procedure is called with. */
import { randomUUID } from "node:crypto";
import { CcError } from "@cc-docker/protocol";
import { z } from "zod";
import { isRecord, recordOf } from "../../lib/json.ts";
import { type Field, fieldsOf, fromRest, unwrap, wordIssues } from "./convert.ts";
import { type Answer, hasBody, type Input, pathNames, type Route } from "./table/route.ts";

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

/** @throws (the returned function) CcError REQUEST_INVALID; what the procedure itself refuses is left to it */
export function createReader(route: Route, inputOf: InputOf): (request: RestRequest) => ReadRequest {
  const { instead } = route;
  const readPlain = createAnswerReader(route, route, inputOf);
  const readInstead = instead ? createAnswerReader(route, instead, inputOf) : readPlain;
  return (request) => {
    const sent = hasBody(route) ? requireBody(request.body) : recordOf(request.query);
    const taken = takeOwn(route, sent);
    const read = instead?.when(taken.own) ? readInstead : readPlain;
    return read(request, taken);
  };
}

/** `own`: what is not for the procedure; `others`: the rest of query or body. */
type Taken = { own: Input; others: Input };

/** What the table says is worked out once, and not for every request. */
function createAnswerReader(route: Route, answer: Answer, inputOf: InputOf) {
  const schema = inputObject(inputOf, answer.call);
  const free = freeFields(route, schema);
  const readPath = createPathReader(route, schema);
  const readHeaders = createHeaderReader(schema);
  return (request: RestRequest, { own, others }: Taken): ReadRequest => {
    for (const name of Object.keys(others)) if (!free.has(name)) throw noSuchField(name);
    const given = fromRest(schema, hasBody(route) ? others : readTexts(free, others)) as Input;
    const input = { ...given, ...readPath(recordOf(request.params)), ...readHeaders(request) };
    return { answer, input: route.prepare?.(input) ?? input, own, schema };
  };
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

function takeOwn({ own: schema }: Route, sent: Input): Taken {
  if (!schema) return { own: {}, others: sent };
  const names = fieldsOf(schema);
  const entries = Object.entries(sent);
  const mine = Object.fromEntries(entries.filter(([name]) => names.has(name)));
  const parsed = schema.safeParse(fromRest(schema, mine));
  if (!parsed.success) throw new CcError("REQUEST_INVALID", wordIssues(schema, parsed.error));
  return { own: parsed.data, others: Object.fromEntries(entries.filter(([name]) => !names.has(name))) };
}

function createPathReader(route: Route, schema: z.ZodObject): (params: Input) => Input {
  const names = pathNames(route).map((name) => [fieldsOf(schema).get(name)?.name, name] as const);
  return (params) => {
    const fields: Record<string, unknown> = {};
    for (const [field, name] of names) if (field !== undefined) fields[field] = params[name];
    return fields;
  };
}

function createHeaderReader(schema: z.ZodObject): (request: RestRequest) => Input {
  const keyed = keyField(schema) !== undefined;
  const needsKey = isRequired(keyField(schema));
  const resumes = "lastEventId" in schema.shape;
  return ({ headers }) => {
    const key = headers["idempotency-key"] ?? (needsKey ? randomUUID() : undefined);
    const seen = headers["last-event-id"];
    return {
      ...(keyed && key !== undefined && { [KEY]: key }),
      ...(resumes && seen !== undefined && { lastEventId: seen }),
    };
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
