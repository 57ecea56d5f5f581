import type { Kysely } from "kysely";
import type { StoreWriter } from "../store.ts";
import type { Database } from "./tables.ts";

type GatewayQueries = Pick<StoreWriter, "listGateways" | "putGateway" | "deleteGateway">;

export function createGatewayQueries(db: Kysely<Database>): GatewayQueries {
  return {
    async listGateways() {
      return db.selectFrom("gateways").selectAll().orderBy("id").execute();
    },
    async putGateway(row) {
      await db
        .insertInto("gateways")
        .values(row)
        .onConflict((conflict) => conflict.column("id").doUpdateSet({ beat: row.beat }))
        .execute();
    },
    async deleteGateway(id) {
      await db.deleteFrom("gateways").where("id", "=", id).execute();
    },
  };
}
