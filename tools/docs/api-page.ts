/** The REST API as a document to read, and as one for programs. */
import { commandsOf } from "../../packages/server/src/edges/rest/document/examples.ts";
import {
  createOpenApi,
  type JsonSchema,
  type Operation,
} from "../../packages/server/src/edges/rest/document/openapi.ts";
import type { Route } from "../../packages/server/src/edges/rest/table/route.ts";
import { ROUTES } from "../../packages/server/src/edges/rest/table/routes.ts";
import { inputOf } from "../../packages/server/src/edges/trpc/procedures.ts";
import { toCallExample } from "./call-examples.ts";
import { page, table } from "./markdown.ts";
import { socketSection } from "./socket-section.ts";

const TAGS = {
  sessions: "Sessions",
  chat: "Prompts",
  events: "Events",
  approvals: "Approvals",
  audit: "The audit log",
  system: "The gateway",
};

export function openApiPage(): string {
  return `${JSON.stringify(createOpenApi(inputOf), null, 1)}\n`;
}

export function apiPage(): string {
  const { paths, components } = createOpenApi(inputOf);
  const sections = Object.entries(TAGS).flatMap(([tag, title]) => [
    `## ${title}`,
    "",
    ...ROUTES.filter((route) => route.tag === tag).flatMap((route) => {
      const operation = paths[route.path]?.[route.method.toLowerCase()];
      return operation ? describe(route, operation) : [];
    }),
    ...(tag === "sessions" ? configSection(components.schemas) : []),
  ]);
  return page({
    title: "REST",
    source: "packages/server/src/edges/rest/table/routes.ts",
    body: [...INTRODUCTION, ...sections, ...socketSection().slice(0, -1)],
  });
}

const INTRODUCTION = [
  "Everything below `/api/v1`, for who has curl. The same procedures serve [the typed client](../packages/client/README.md):",
  "what is checked, refused and promised is the same, in other words. `GET /openapi.json` describes it for programs",
  "([openapi.json](openapi.json)), `GET /docs` is a page for people. [WebSockets](#websockets) are at the end.",
  "",
  "```sh",
  "export URL=http://127.0.0.1:8000 TOKEN=$(./dev ccd token --sub me)",
  "KEY=$(uuidgen) # another one for each session and each prompt",
  "```",
  "",
  "Each operation is shown three times: with curl; with the typed client, where `client` is",
  "`createClient({ url, token })`; and as a message to [the WebSocket `/trpc`](#ws-trpc), in which what is written",
  "`$SESSION_ID` is yours to put in. Client and WebSocket have the API's own names: a message is a turn there, `turnId`.",
  "",
  "- Names are in snake_case. What a tool takes and what Claude Code says is passed on as it is.",
  "- A field that has nothing to say is absent, never `null`. A field that does not exist is refused: `REQUEST_INVALID`.",
  "- A message is a turn: `message_id` is the turn's id. `last_activity` is the time of the newest event.",
  "- An event of type `agent.*` has Claude Code's own message as its `data`; with `format=normalized` it has a",
  "  `NormalizedData` instead: what was said, called and answered, in a shape that stays when Claude Code's changes.",
  "- `Idempotency-Key` makes a request safe to send again: the same key is the same session or message, for ever.",
  "- A refusal is a problem (RFC 9457, `application/problem+json`): its `code`, `hint` and `retry` are those of",
  "  [the error table](errors.md). Besides those that an operation lists any may answer `REQUEST_INVALID`, `TOKEN_MISSING`,",
  "  `TOKEN_EXPIRED`, `TOKEN_INVALID`, `BODY_TOO_LARGE`, `CONTENT_TYPE_UNSUPPORTED`, `STORE_UNAVAILABLE`, `STORE_FULL`,",
  "  `SERVER_STOPPING`, `INTERNAL`; a path without an operation `ROUTE_NOT_FOUND` or, with `Allow`, `METHOD_NOT_ALLOWED`.",
  "- Prompts of these examples are for the [scripted model](../README.md#the-scripted-model).",
  "",
  "Not there yet: workspaces that several sessions own, MCP servers and spawned sessions, and with them the fields",
  "`container_id`, `child_session_ids`, `parent_session_id` and `mcp_servers`.",
  "",
];

function describe(route: Route, operation: Operation): string[] {
  const { requestBody, parameters, summary, responses } = operation;
  const body = requestBody?.content["application/json"]?.schema;
  const fields = [
    ...parameters
      .filter(({ in: where }) => where !== "path")
      .map(({ name, in: where, schema, description }) => ({ name, where, schema, description })),
    ...Object.entries((body?.["properties"] ?? {}) as Record<string, JsonSchema>).map(([name, schema]) => ({
      name,
      where: "body",
      schema,
      description: String(schema["description"] ?? ""),
    })),
  ];
  const rows = fields.map(({ name, where, schema, description }) => [
    `\`${name}\``,
    where,
    wordSchema(schema),
    description,
  ]);
  return [
    `### ${route.method} ${route.path}`,
    "",
    `${summary}.`,
    "",
    ...showExamples(route),
    ...(rows.length > 0 ? [...table(["Field", "In", "Takes", "Means"], rows), ""] : []),
    `Answers ${wordAnswers(responses)}.${wordErrors(route)}`,
    "",
  ];
}

/** Each with curl, with the typed client, and as a message. */
function showExamples(route: Route): string[] {
  const shown = new Set<string>();
  return commandsOf(route).flatMap(({ title, text, example }) => {
    const { client, socket } = toCallExample(route, example);
    const isNew = !shown.has(client);
    shown.add(client);
    const calls = isNew
      ? [...block("ts", client), ...block("json", socket)]
      : ["That is REST's own; the client and the socket answer as above.", ""];
    return [...(title ? [`${title}:`, ""] : []), ...block("sh", text), ...calls];
  });
}

const block = (language: string, text: string) => [`\`\`\`${language}`, text, "```", ""];

function wordAnswers(responses: Operation["responses"]): string {
  const good = Object.entries(responses).filter(([status]) => status.startsWith("2"));
  return good
    .map(([status, { content = {} }]) => {
      const schema = Object.values(content)[0]?.schema;
      return schema ? `${status} with ${wordRef(schema)}` : status;
    })
    .join(", or ");
}

function wordErrors({ errors }: Route): string {
  return errors.length === 0 ? "" : ` Refuses with ${errors.map((code) => `\`${code}\``).join(", ")}.`;
}

/** What a field takes, in a few words. */
function wordSchema(schema: JsonSchema): string {
  const { $ref, type, enum: words, const: word, minimum, maximum, default: preset, properties, format } = schema;
  const from = minimum ?? schema["exclusiveMinimum"];
  const ends = from === undefined && maximum === undefined ? "" : ` ${String(from ?? "")}…${String(maximum ?? "")}`;
  const otherwise = preset === undefined || typeof preset === "object" ? "" : `; ${JSON.stringify(preset)} when absent`;
  if (typeof $ref === "string") return linkSchema($ref);
  if (Array.isArray(words)) return `${words.map((one) => `\`${one}\``).join(", ")}${otherwise}`;
  if (word !== undefined) return `\`${JSON.stringify(word)}\``;
  if (properties !== undefined) return wordFields(schema);
  return `${String(format ?? type ?? "any")}${ends}${otherwise}`;
}

function wordFields({ properties = {} }: JsonSchema): string {
  const fields = Object.entries(properties as Record<string, JsonSchema>);
  return `an object: ${fields.map(([name, schema]) => `\`${name}\` ${wordSchema(schema)}`).join("; ")}`;
}

function linkSchema($ref: string): string {
  const name = $ref.split("/").at(-1) ?? "";
  return `[\`${name}\`](#${name.toLowerCase()})`;
}

/** Of all schemas that requests have, the one that the tables of their fields link to. */
function configSection({ SessionConfig: { properties, description } = {} }: Record<string, JsonSchema>): string[] {
  const rows = Object.entries(properties as Record<string, JsonSchema>).map(([name, schema]) => [
    `\`${name}\``,
    wordSchema(schema),
    String(schema["description"]),
  ]);
  return ["### SessionConfig", "", String(description), "", ...table(["Field", "Takes", "Means"], rows), ""];
}

/** @throws Error for a schema without a name: a reader would not find it in the OpenAPI document */
function wordRef({ $ref }: JsonSchema): string {
  if (typeof $ref !== "string")
    throw new Error("An answer's schema has no name: add it to COMPONENTS in edges/rest/document/json-schema.ts.");
  return `\`${$ref.split("/").at(-1)}\``;
}
