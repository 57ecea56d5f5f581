/** JSON Schema of what REST takes and answers, by its own names. */
import { Approval, AuditEntry, SessionConfig, SessionStats, Turn } from "@cc-docker/protocol";
import { z } from "zod";
import { fieldsOf, unwrap } from "../convert.ts";
import { NormalizedData } from "../normalize.ts";
import { Problem } from "../problem.ts";
import { renameWords, restName } from "../table/names.ts";
import { RestSession } from "../table/rest-session.ts";
import * as shapes from "../table/shapes.ts";

export type JsonSchema = Record<string, unknown>;

/** What is described once and pointed at. */
const COMPONENTS: ReadonlyMap<z.ZodType, string> = new Map<z.ZodType, string>([
  [RestSession, "Session"],
  [SessionConfig, "SessionConfig"],
  [SessionStats, "SessionStats"],
  [shapes.SessionList, "SessionList"],
  [shapes.ChatResult, "ChatResult"],
  [shapes.Message, "Message"],
  [shapes.Accepted, "Accepted"],
  [shapes.RestEvent, "Event"],
  [shapes.EventList, "EventList"],
  [NormalizedData, "NormalizedData"],
  [Approval, "Approval"],
  [shapes.ApprovalList, "ApprovalList"],
  [AuditEntry, "AuditEntry"],
  [shapes.AuditList, "AuditList"],
  [shapes.Limits, "Limits"],
  [shapes.Health, "Health"],
  [unwrap(Turn.shape.error), "Error"],
  [Problem, "Problem"],
]);

export function componentSchemas(): Record<string, JsonSchema> {
  return Object.fromEntries([...COMPONENTS].map(([schema, name]) => [name, describe(schema, "output", schema)]));
}

/** `input`: what may be sent; `output`: what is answered. */
export function toJsonSchema(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  return describe(schema, io);
}

/** An object of some fields of another, under the names that they have there. */
export function objectSchema(names: ReadonlyMap<string, z.ZodType>, strict: boolean): JsonSchema {
  const properties = [...names].map(([name, schema]) => [name, toJsonSchema(schema, "input")] as const);
  const required = [...names].filter(([, schema]) => !isOptional(schema)).map(([name]) => name);
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    ...(required.length > 0 && { required }),
    ...(strict && { additionalProperties: false }),
  };
}

export function isOptional(schema: z.ZodType): boolean {
  return schema.safeParse(undefined).success;
}

function describe(schema: z.ZodType, io: "input" | "output", root?: z.ZodType): JsonSchema {
  const { $schema: _dialect, ...described } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      const node = zodSchema as unknown as z.ZodType;
      const json = jsonSchema as JsonSchema;
      shorten(json);
      if (typeof json["description"] === "string") json["description"] = renameWords(json["description"]);
      if (node instanceof z.ZodObject && io === "output" && !isStrict(node)) delete json["additionalProperties"]; // more may come
      rewrite(node, json, root);
    },
  });
  return described;
}

/** What a format or the nature of numbers in JSON says is not said again. */
function shorten(described: JsonSchema): void {
  if ("format" in described) delete described["pattern"];
  if (described["maximum"] === Number.MAX_SAFE_INTEGER) delete described["maximum"];
  if (described["minimum"] === Number.MIN_SAFE_INTEGER) delete described["minimum"];
}

function isStrict({ def }: z.ZodObject): boolean {
  return def.catchall instanceof z.ZodNever;
}

function rewrite(schema: z.ZodType, described: JsonSchema, root: z.ZodType | undefined): void {
  const component = schema === root ? undefined : COMPONENTS.get(schema);
  if (component) {
    for (const key of Object.keys(described)) delete described[key];
    described["$ref"] = `#/components/schemas/${component}`;
  } else if (schema instanceof z.ZodObject) renameProperties(schema, described);
  else if (schema instanceof z.ZodCustom) described["type"] = "string";
}

function renameProperties(schema: z.ZodObject, described: JsonSchema): void {
  const properties = described["properties"] as JsonSchema | undefined;
  if (!properties) return;
  const fields = [...fieldsOf(schema)];
  described["properties"] = Object.fromEntries(fields.map(([name, field]) => [name, properties[field.name]]));
  const required = described["required"] as string[] | undefined;
  if (required) described["required"] = required.map((name) => restName(schema, name));
}
