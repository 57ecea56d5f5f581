/**
 * What schemas say of their fields, as comments of the types that are made of them: the compiler writes a schema's type
 * and not its words, and editors show what stands above a name.
 */
import { z } from "zod";

/** What encloses a line: a schema's object, whose fields have words, or something else. */
type Enclosing = z.ZodObject | undefined;

/**
 * @param text declarations, as the compiler and the bundler write them: a line a field, two spaces a level
 * @param schemas by the names that they are declared by
 */
export function describeTypes(text: string, schemas: Readonly<Record<string, unknown>>): string {
  const enclosing: Enclosing[] = [];
  const described: string[] = [];
  for (const line of text.split("\n")) {
    const [, indent = "", name] = /^( *)(?:declare const |type )?(\w+)(?::| =) /.exec(line) ?? [];
    if (name !== undefined) {
      const level = indent.length / 2;
      const schema = schemaOf(level === 0 ? schemas : enclosing[level - 1]?.shape, name);
      const words = schema && wordsOf(schema);
      if (words !== undefined && !described.at(-1)?.endsWith("*/")) described.push(`${indent}/** ${words} */`);
      enclosing[level] = line.endsWith("z.ZodObject<{") && schema ? objectOf(schema) : undefined;
    }
    described.push(line);
  }
  return described.join("\n");
}

function schemaOf(held: Readonly<Record<string, unknown>> | undefined, name: string): z.ZodType | undefined {
  const found = held && Object.hasOwn(held, name) ? held[name] : undefined;
  return found instanceof z.ZodType ? found : undefined;
}

/** Without what says that it may be absent, or that there may be many. */
function objectOf(schema: z.ZodType): Enclosing {
  if (schema instanceof z.ZodObject) return schema;
  const { def } = schema as z.ZodType & { def: { innerType?: z.ZodType; element?: z.ZodType } };
  const inner = def.innerType ?? def.element;
  return inner && objectOf(inner);
}

function wordsOf({ description }: z.ZodType): string | undefined {
  return description?.replaceAll("*/", "*\\/").replaceAll(/\s+/g, " ");
}
