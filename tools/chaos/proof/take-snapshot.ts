import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Client, Session } from "@cc-docker/client";
import { dataPaths } from "@cc-docker/server";
import type Docker from "dockerode";
import type { Snapshot } from "../../../tests/harness/history/check-leftovers.ts";

export type Place = { client: Client; docker: Docker; dataDir: string };

const SESSION_LABEL = "cc-docker.session";

/** What the gateway says there is, and what there is. */
export async function takeSnapshot({ client, docker, dataDir }: Place): Promise<Snapshot> {
  const { install, sockets } = dataPaths(dataDir);
  const filters = { label: [`cc-docker.install=${(await readFile(install, "utf8")).trim()}`] };
  const sessions = await listSessions(client);
  const containers = await docker.listContainers({ all: true, filters });
  const { Volumes: volumes } = await docker.listVolumes({ filters });
  return {
    sessions,
    containers: containers.map(({ Labels }) => Labels[SESSION_LABEL] ?? ""),
    volumes: (volumes ?? []).map(({ Labels }) => Labels?.[SESSION_LABEL] ?? ""),
    sockets: existsSync(sockets) ? readdirSync(sockets) : [],
  };
}

/** Page by page. */
export async function listSessions(client: Client): Promise<Session[]> {
  const all: Session[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await client.sessions.list.query({ limit: 200, ...(cursor !== undefined && { cursor }) });
    all.push(...page.sessions);
    cursor = page.nextCursor;
    if (cursor === undefined) return all;
  }
}
