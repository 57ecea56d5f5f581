/** SQLite for Kysely. Queries are few and come again and again: each is compiled once. */
import type SqliteDatabase from "better-sqlite3";
import {
  type Dialect,
  type LimitNode,
  SqliteDialect,
  type SqliteDatabase as SqliteQueryable,
  SqliteQueryCompiler,
} from "kysely";

/** Inserts of different lengths are different queries; beyond so many they are compiled each time. */
const MAX_STATEMENTS = 500;

export function createSqliteDialect(database: SqliteDatabase.Database): Dialect {
  const dialect = new SqliteDialect({ database: withPreparedStatements(database) });
  return {
    createAdapter: () => dialect.createAdapter(),
    createDriver: () => dialect.createDriver(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => new SteadyLimitCompiler(),
  };
}

/** A bare `limit ?` makes SQLite compile the statement anew each time it is run, for it plans by the number. */
class SteadyLimitCompiler extends SqliteQueryCompiler {
  protected override visitLimit(node: LimitNode): void {
    super.visitLimit(node);
    this.append(" + 0");
  }
}

function withPreparedStatements(database: SqliteDatabase.Database): SqliteQueryable {
  const statements = new Map<string, SqliteDatabase.Statement>();
  return {
    close: () => void database.close(),
    prepare: (sql) => {
      const known = statements.get(sql) ?? database.prepare(sql);
      if (statements.size < MAX_STATEMENTS) statements.set(sql, known);
      return known;
    },
  };
}
