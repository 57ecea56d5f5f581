import { CcError } from "@cc-docker/protocol";
import type { Kysely } from "kysely";
import { Migrator } from "kysely/migration";
import * as init from "./migrations/0001-init.ts";
import * as recovery from "./migrations/0002-recovery.ts";
import * as leases from "./migrations/0003-leases.ts";
import * as approvals from "./migrations/0004-approvals.ts";
import * as sessionKeys from "./migrations/0005-session-keys.ts";
import * as sessionOrigins from "./migrations/0005-session-origins.ts";
import * as pause from "./migrations/0006-pause.ts";
import * as lists from "./migrations/0009-lists.ts";
import * as totals from "./migrations/0010-totals.ts";
import * as forkTranscripts from "./migrations/0011-fork-transcripts.ts";
import * as turnTimeouts from "./migrations/0012-turn-timeouts.ts";
import * as dayUsage from "./migrations/0013-day-usage.ts";
import * as turnTraces from "./migrations/0014-turn-traces.ts";
import * as audit from "./migrations/0015-audit.ts";
import * as workspaces from "./migrations/0016-workspaces.ts";
import * as allowedRules from "./migrations/0017-allowed-rules.ts";

/** In order; a name once released never changes. */
const MIGRATIONS = {
  "0001-init": init,
  "0002-recovery": recovery,
  "0003-leases": leases,
  "0004-approvals": approvals,
  "0005-session-keys": sessionKeys,
  "0005-session-origins": sessionOrigins,
  "0006-pause": pause,
  "0009-lists": lists,
  "0010-totals": totals,
  "0011-fork-transcripts": forkTranscripts,
  "0012-turn-timeouts": turnTimeouts,
  "0013-day-usage": dayUsage,
  "0014-turn-traces": turnTraces,
  "0015-audit": audit,
  "0016-workspaces": workspaces,
  "0017-allowed-rules": allowedRules,
};

/**
 * Brings the schema up to this code's.
 * @throws CcError STORE_SCHEMA_TOO_NEW when the database was written by a newer server.
 */
export async function migrate<T>(db: Kysely<T>): Promise<void> {
  await refuseNewerSchema(db as Kysely<unknown>);
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(MIGRATIONS) } });
  const { error } = await migrator.migrateToLatest();
  if (error)
    throw new CcError("STORE_UNAVAILABLE", `The database could not be migrated: ${String(error)}`, { cause: error });
}

async function refuseNewerSchema(db: Kysely<unknown>): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === "kysely_migration")) return;
  const applied = await (db as Kysely<{ kysely_migration: { name: string } }>)
    .selectFrom("kysely_migration")
    .select("name")
    .execute();
  const unknown = applied.find(({ name }) => !Object.hasOwn(MIGRATIONS, name));
  if (!unknown) return;
  const known = Object.keys(MIGRATIONS).at(-1);
  throw new CcError(
    "STORE_SCHEMA_TOO_NEW",
    `The database has the schema change "${unknown.name}"; this server knows changes up to "${known}".`,
  );
}
