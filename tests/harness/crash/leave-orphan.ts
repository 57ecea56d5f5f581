import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { dataPaths } from "@cc-docker/server";
import { engine } from "../engine.ts";
import type { Install } from "../install.ts";

/** A volume of a session that has no row. The install's id is a file that the first start makes, unless it is there. */
export async function leaveOrphan({ dataDir }: Install): Promise<void> {
  const installId = randomUUID();
  const sessionId = randomUUID();
  await writeFile(dataPaths(dataDir).install, installId);
  await engine.createVolume({
    Name: `cc-docker-${sessionId}-workspace`,
    Labels: { "cc-docker.install": installId, "cc-docker.session": sessionId },
  });
}
