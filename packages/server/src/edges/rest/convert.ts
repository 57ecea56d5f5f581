/**
 * Between the API's own names and those of REST, along the zod schema: what the schema does not name as a field, such as
 * a tool's input or a message of Claude Code, stays as it is.
 */
import { CcError } from "@cc-docker/protocol";
import { z } from "zod";
import { isRecord } from "../../lib/json.ts";
import { restName } from "./table/names.ts";

export type Field = { name: string; schema: z.ZodType };
type Path = readonly PropertyKey[];

const known = new WeakMap<z.ZodObject, Map<string, Field>>();

/** The fields of an object by their names over REST. */
export function fieldsOf(schema: z.ZodObject): ReadonlyMap<string, Field> {
  const found = known.get(schema);
  if (found) return found;
  const entries = Object.entries(schema.shape) as [string, z.ZodType][];
  const fields = new Map(entries.map(([name, field]) => [restName(schema, name), { name, schema: field }]));
  known.set(schema, fields);
  return fields;
}

/** Without what says that it may be absent. */
export function unwrap(schema: z.ZodType): z.ZodType {
  const { def } = schema as z.ZodType & { def: { innerType?: z.ZodType } };
  return def.innerType ? unwrap(def.innerType) : schema;
}

/** @throws CcError REQUEST_INVALID when there is a field that the schema has not */
export function fromRest(schema: z.ZodType, value: unknown, path: Path = []): unknown {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray && Array.isArray(value))
    return value.map((item, index) => fromRest(inner.element as z.ZodType, item, [...path, index]));
  if (!(inner instanceof z.ZodObject) || !isRecord(value)) return value;
  const fields = fieldsOf(inner);
  return Object.fromEntries(
    Object.entries(value).map(([key, held]) => {
      const field = fields.get(key);
      if (!field) throw new CcError("REQUEST_INVALID", `${wordPath([...path, key])}: there is no such field`);
      return [field.name, fromRest(field.schema, held, [...path, key])];
    }),
  );
}

type Convert = (value: unknown) => unknown;

const converters = new WeakMap<z.ZodType, Convert>();

/** What a strict or plain object does not name is left out; a loose one keeps it. */
export function toRest(schema: z.ZodType, value: unknown): unknown {
  const known = converters.get(schema);
  if (known) return known(value);
  const convert = createConverter(unwrap(schema));
  converters.set(schema, convert);
  return convert(value);
}

/** What the schema is, is looked up once: to ask it costs more than to convert a value. */
function createConverter(schema: z.ZodType): Convert {
  if (schema instanceof z.ZodArray) {
    const element = schema.element as z.ZodType;
    return (value) => (Array.isArray(value) ? value.map((item) => toRest(element, item)) : value);
  }
  if (schema instanceof z.ZodUnion)
    return (value) => (isRecord(value) ? toRest(chooseByType(schema, value), value) : value);
  return schema instanceof z.ZodObject ? createRenamer(schema) : (value) => value;
}

function createRenamer(schema: z.ZodObject): Convert {
  const fields = [...fieldsOf(schema)];
  const isLoose = schema.def.catchall instanceof z.ZodUnknown;
  return (value) => {
    if (!isRecord(value)) return value;
    const renamed: Record<string, unknown> = {};
    for (const [restName, field] of fields)
      if (Object.hasOwn(value, field.name)) renamed[restName] = toRest(field.schema, value[field.name]);
    if (!isLoose) return renamed;
    const others = Object.entries(value).filter(([name]) => !Object.hasOwn(schema.shape, name));
    return Object.fromEntries([...Object.entries(renamed), ...others]);
  };
}

function chooseByType(union: z.ZodUnion, { type }: Record<string, unknown>): z.ZodType {
  const options = union.options as z.ZodType[];
  const isChosen = (option: z.ZodType) =>
    option instanceof z.ZodObject && (option.shape["type"] as z.ZodType | undefined)?.safeParse(type).success;
  return options.find(isChosen) ?? z.unknown();
}

/** What is wrong with the input, by the names that its sender knows. */
export function wordIssues(schema: z.ZodType, { issues }: z.ZodError): string {
  const words = issues.slice(0, 5).map(({ path, message }) => `${wordPath(renamePath(schema, path))}: ${message}`);
  return words.join("; ").slice(0, 1000);
}

function renamePath(schema: z.ZodType, [first, ...rest]: Path): Path {
  if (first === undefined) return [];
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray) return [first, ...renamePath(inner.element as z.ZodType, rest)];
  if (!(inner instanceof z.ZodObject) || typeof first !== "string") return [first, ...rest];
  const field = inner.shape[first] as z.ZodType | undefined;
  return [restName(inner, first), ...(field ? renamePath(field, rest) : rest)];
}

function wordPath(path: Path): string {
  return path.map(String).join(".").slice(0, 200) || "input";
}
