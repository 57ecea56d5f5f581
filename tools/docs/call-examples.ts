/** A request of the REST table in the words of the typed client and of the WebSocket `/trpc`. */
import { createReader, type ReadRequest } from "../../packages/server/src/edges/rest/read-request.ts";
import { type Example, pathNames, type Route } from "../../packages/server/src/edges/rest/table/route.ts";
import { inputOf, kindOf } from "../../packages/server/src/edges/trpc/procedures.ts";

export type CallExample = {
  /** TypeScript, with `client` and what is the caller's to set in scope. */
  client: string;
  /** What is sent; `$SESSION_ID` and the like are the caller's to set. */
  socket: string;
};

/** What is the caller's to set, by its name in TypeScript. */
const VARIABLES: Readonly<Record<string, string>> = {
  $SESSION_ID: "sessionId",
  $MESSAGE_ID: "turnId",
  $APPROVAL_ID: "approvalId",
  $KEY: "idempotencyKey",
};

export function toCallExample(route: Route, example: Example): CallExample {
  const { answer, input } = readExample(route, example);
  const method = kindOf(answer.call);
  const given = Object.keys(input).length > 0 ? { input } : {};
  const socket = JSON.stringify({ id: 1, method, params: { path: answer.call, ...given } });
  if (method === "subscription") return { client: toLoop(input), socket };
  const verb = method === "query" ? "query" : "mutate";
  return { client: `await client.${answer.call}.${verb}(${"input" in given ? toCode(input) : ""});`, socket };
}

function readExample(route: Route, { query, body, headers = {} }: Example): ReadRequest {
  const params = Object.fromEntries(pathNames(route).map((name) => [name, `$${name.toUpperCase()}`]));
  const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const asked = Object.fromEntries(new URLSearchParams(query));
  return createReader(route, inputOf)({ params, query: asked, body, headers: named });
}

function toLoop({ lastEventId, ...input }: Readonly<Record<string, unknown>>): string {
  const after = lastEventId === undefined ? {} : { after: Number(lastEventId) };
  return `for await (const event of client.followEvents(${toCode({ ...input, ...after })})) console.log(event);`;
}

function toCode(value: unknown): string {
  if (typeof value === "string") return VARIABLES[value] ?? JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(toCode).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, held]) => {
    const code = toCode(held);
    return code === name ? name : `${name}: ${code}`;
  });
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}
