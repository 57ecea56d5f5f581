import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { dataPaths } from "@cc-docker/server";
import { expect } from "vitest";
import { openInstall } from "../harness/install.ts";
import { startGatewayProcess } from "../harness/start-gateway-process.ts";
import { startStack } from "../harness/start-stack.ts";
import { verifies } from "../verifies.ts";

verifies("error.start", "a gateway whose port is taken says so and ends with exit code 5", async () => {
  const occupant = createServer().listen(0, "127.0.0.1");
  await once(occupant, "listening");
  const { port } = occupant.address() as { port: number };
  await expect(startStack({ env: { PORT: String(port) } })).rejects.toMatchObject({ code: "PORT_IN_USE" });

  await using install = await openInstall({ PORT: String(port) });
  await expect(startGatewayProcess(install.env)).rejects.toThrow(
    new RegExp(`ended with 5: PORT_IN_USE: .*127\\.0\\.0\\.1:${port}.*\\n.*choose another PORT`),
  );
  occupant.close();
});

verifies("error.start", "a gateway told to die at a point that does not exist says so and does not start", async () => {
  await using install = await openInstall({ CC_DOCKER_FAILPOINT: "send.rang" });
  await expect(startGatewayProcess(install.env)).rejects.toThrow(/ended with 2: CONFIG_INVALID: .*send\.rang/);
});

verifies("error.start", "a second gateway on the same data is refused, and the first goes on", async () => {
  await using first = await startStack();
  await expect(startStack({ env: { DATA_DIR: first.dataDir } })).rejects.toMatchObject({ code: "DATA_DIR_IN_USE" });
  expect((await first.client().sessions.list.query({})).sessions).toEqual([]);
});

verifies("error.start", "a database of a newer version is left alone", async () => {
  await using stack = await startStack();
  await stack.stop();
  changeDatabase("INSERT INTO kysely_migration (name, timestamp) VALUES ('9999-future', '2100-01-01T00:00:00.000Z')");
  await expect(stack.start()).rejects.toMatchObject({ code: "STORE_SCHEMA_TOO_NEW", message: /9999-future/ });
  changeDatabase("DELETE FROM kysely_migration WHERE name = '9999-future'");
  await stack.start();

  function changeDatabase(sql: string): void {
    const database = new DatabaseSync(dataPaths(stack.dataDir).database);
    database.exec(sql);
    database.close();
  }
});

verifies("error.start", "a data directory that cannot be one is named", async () => {
  await using install = await openInstall();
  const path = join(install.dataDir, "a-file");
  await writeFile(path, "");
  await expect(startStack({ env: { DATA_DIR: path } })).rejects.toMatchObject({
    code: "STORE_UNAVAILABLE",
    message: expect.stringContaining(path),
  });
});

verifies("error.start", "all wrong settings are named at once, and secrets are not shown", async () => {
  const env = { PORT: "99999", LOG_LEVEL: "LOUD", JWT_SECRET: "tooshort", ANTHROPIC_BASE_URL: "ftp://example.com" };
  const failure: unknown = await startStack({ env }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "CONFIG_INVALID" });
  const { message } = failure as Error;
  for (const name of Object.keys(env)) expect(message).toContain(name);
  expect(message).not.toContain("tooshort");
});
