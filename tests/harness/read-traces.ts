/** All that there is of a session, byte for byte: for proofs that nothing has changed. */
import { DatabaseSync } from "node:sqlite";
import { dataPaths } from "@cc-docker/server";
import { engine, SESSION_IMAGE, volumesOf } from "./engine.ts";

const TABLES = { sessions: "id", turns: "session_id", events: "session_id", transcript_entries: "session_id" };

/** Every row of the session's. */
export function readRows(dataDir: string, sessionId: string): unknown {
  const database = new DatabaseSync(dataPaths(dataDir).database, { readOnly: true });
  try {
    return Object.entries(TABLES).map(([table, column]) =>
      database.prepare(`select * from ${table} where ${column} = ? order by rowid`).all(sessionId),
    );
  } finally {
    database.close();
  }
}

const LIST = `cd /volumes && find home workspace -printf '%p %M %U:%G %n %s %t -> %l\\n' | sort && find home workspace -type f -exec sha256sum {} + | sort`;

/** Every file of the session's volumes: name, rights, owner, time and content. They must not change meanwhile. */
export async function readVolumes(sessionId: string): Promise<string> {
  const names = await volumesOf(sessionId);
  const container = await engine.createContainer({
    Image: SESSION_IMAGE,
    Entrypoint: ["sh", "-euc", LIST],
    User: "0:0",
    Tty: true,
    HostConfig: {
      NetworkMode: "none",
      Binds: names.map((name) => `${name}:/volumes/${name.slice(name.lastIndexOf("-") + 1)}:ro`),
    },
  });
  try {
    await container.start();
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    const said = (await container.logs({ stdout: true, stderr: true })).toString();
    if (StatusCode !== 0) throw new Error(`the volumes of ${sessionId} could not be read: ${said}`);
    return said;
  } finally {
    await container.remove({ force: true });
  }
}
