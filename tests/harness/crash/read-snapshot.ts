import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Client } from "@cc-docker/client";
import { dataPaths } from "@cc-docker/server";
import { findContainers, findVolumes } from "../engine.ts";
import type { Snapshot } from "../history/check-leftovers.ts";

const SESSION = "cc-docker.session";

/** What there is of the install behind `dataDir`, whose sessions are all the client's. */
export async function readSnapshot(client: Client, dataDir: string): Promise<Snapshot> {
  const paths = dataPaths(dataDir);
  const installId = (await readFile(paths.install, "utf8")).trim();
  const { sessions } = await client.sessions.list.query({ limit: 200 });
  const [containers, volumes] = await Promise.all([findContainers(installId), findVolumes(installId)]);
  const ownerOf = ({ Labels }: { Labels: Record<string, string> | null }) => Labels?.[SESSION] ?? "nobody";
  return {
    sessions,
    containers: containers.map(ownerOf),
    volumes: volumes.map(ownerOf),
    sockets: readdirSync(paths.sockets),
  };
}
