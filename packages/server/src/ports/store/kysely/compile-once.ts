import type { Compilable, Kysely } from "kysely";
import type { Database } from "./tables.ts";

/** By what is one for all of a database's transactions. */
const texts = new WeakMap<object, Map<string, string>>();

/** The text of the statement of this name, for this database, made once: making it takes longer than running it. */
export function compileOnce(db: Kysely<Database>, name: string, build: () => Compilable): string {
  const { adapter } = db.getExecutor();
  const known = texts.get(adapter) ?? new Map<string, string>();
  texts.set(adapter, known);
  const text = known.get(name) ?? build().compile().sql;
  known.set(name, text);
  return text;
}
