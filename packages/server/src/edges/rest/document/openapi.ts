/** The OpenAPI document, from the table of routes and the schemas of the procedures. */
import { ERRORS } from "@cc-docker/protocol";
import type { z } from "zod";
import { fieldsOf } from "../convert.ts";
import { componentSchemas, isOptional, type JsonSchema, objectSchema, toJsonSchema } from "./json-schema.ts";

export type { JsonSchema };

import { PROBLEM_TYPE } from "../problem.ts";
import { type InputOf, inputObject, keyField, sentFields } from "../read-request.ts";
import { type Answer, hasBody, pathNames, REST_PREFIX, type Route, SOCKET_PATH } from "../table/route.ts";
import { errorsOf } from "../table/route-errors.ts";
import { ROUTES } from "../table/routes.ts";

export type Operation = {
  operationId: string;
  tags: string[];
  summary: string;
  parameters: Parameter[];
  requestBody?: { required: boolean; content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, Response>;
  security?: [];
};
export type Parameter = {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  description: string;
  schema: JsonSchema;
};
export type Response = { description: string; headers?: JsonSchema; content?: Record<string, { schema: JsonSchema }> };
export type OpenApi = {
  openapi: string;
  info: { title: string; version: string; description: string };
  servers: { url: string }[];
  security: Record<string, string[]>[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: JsonSchema };
};

/** OpenAPI has no word for a WebSocket, so it is told of here. */
const DESCRIPTION = [
  "Claude Code sessions in containers. What is left out of an answer is absent, never null.",
  `A WebSocket at ${REST_PREFIX}${SOCKET_PATH}, the \`websocket_url\` of a session, takes prompts and sends what comes of them; its token comes in the header \`Authorization\` or as the second subprotocol, after \`bearer\`.`,
].join(" ");

const LAST_EVENT_ID: Parameter = {
  name: "Last-Event-ID",
  in: "header",
  required: false,
  description:
    "The `seq` of the last event that came, as an EventSource sends it when it goes on. It goes before `after`.",
  schema: { type: "integer" },
};

export function createOpenApi(inputOf: InputOf): OpenApi {
  const paths: OpenApi["paths"] = {};
  for (const route of ROUTES) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: toOperation(route, inputOf) };
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "cc-docker",
      version: "1.0.0",
      description: DESCRIPTION,
    },
    servers: [{ url: REST_PREFIX }],
    security: [{ token: [] }],
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: { token: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
    },
  };
}

function toOperation(route: Route, inputOf: InputOf): Operation {
  const { id, tag, summary, isPublic } = route;
  const input = inputObject(inputOf, route.call);
  const fields = sentFields(route, input);
  const isRead = !hasBody(route);
  const body = isRead ? undefined : toBody(fields);
  return {
    operationId: id,
    tags: [tag],
    summary,
    parameters: [
      ...pathParameters(route, input),
      ...(isRead ? [...fields].map(([name, schema]) => parameter("query", name, schema)) : []),
      ...headerParameters(route, input),
    ],
    ...(body && { requestBody: body }),
    responses: { ...successes(route), ...refusals(route) },
    ...(isPublic && { security: [] as [] }),
  };
}

function pathParameters(route: Route, input: z.ZodObject): Parameter[] {
  const fields = fieldsOf(input);
  return pathNames(route).flatMap((name) => {
    const field = fields.get(name);
    return field ? [parameter("path", name, field.schema)] : [];
  });
}

function headerParameters({ streams }: Route, input: z.ZodObject): Parameter[] {
  const key = keyField(input);
  return [
    ...(key ? [{ ...parameter("header", "Idempotency-Key", key), required: false }] : []),
    ...(streams ? [LAST_EVENT_ID] : []),
  ];
}

function parameter(where: Parameter["in"], name: string, schema: z.ZodType): Parameter {
  const { description, ...described } = toJsonSchema(schema, "input");
  const required = where === "path" || !isOptional(schema);
  return { name, in: where, required, description: String(description ?? ""), schema: described };
}

function toBody(fields: ReadonlyMap<string, z.ZodType>): Operation["requestBody"] {
  if (fields.size === 0) return undefined;
  const required = [...fields.values()].some((schema) => !isOptional(schema));
  return { required, content: { "application/json": { schema: objectSchema(fields, true) } } };
}

function successes(route: Route): Record<string, Response> {
  const answers = route.instead ? [route, route.instead] : [route];
  return Object.fromEntries(answers.map((answer) => [String(answer.status), toResponse(answer, route.streams)]));
}

function toResponse({ status, schema, location }: Answer, streams: true | undefined): Response {
  const type = streams ? "text/event-stream" : "application/json";
  return {
    description: { 200: "Done", 201: "Made", 202: "Accepted, and on disk", 204: "Gone" }[status],
    ...(location && { headers: { Location: { schema: { type: "string" } } } }),
    ...(schema && { content: { [type]: { schema: toJsonSchema(schema, "output") } } }),
  };
}

function refusals(route: Route): Record<string, Response> {
  const byStatus = Map.groupBy(errorsOf(route), (code) => ERRORS[code].http);
  const content = { [PROBLEM_TYPE]: { schema: { $ref: "#/components/schemas/Problem" } } };
  const entries = [...byStatus].map(([status, codes]) => [String(status), { description: codes.join(", "), content }]);
  const unwell =
    route.statusOf && route.schema ? { "503": { ...toResponse(route, undefined), description: "Not well" } } : {};
  return { ...Object.fromEntries(entries), ...unwell };
}
