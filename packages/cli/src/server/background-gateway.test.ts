import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { stopInBackground } from "./background-gateway.ts";
import { localFiles } from "./data-dir.ts";

/** A data directory in which this process is announced, which answers as a gateway does. */
async function announceThis(answers: boolean | "never"): Promise<{ DATA_DIR: string }> {
  const env = { DATA_DIR: await mkdtemp(join(tmpdir(), "ccd-stop-")) };
  const server = createServer((_request, response) => {
    if (answers !== "never") response.writeHead(answers ? 200 : 404).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await rm(env.DATA_DIR, { recursive: true });
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await writeFile(localFiles(env).announcement, JSON.stringify({ url, pid: process.pid }));
  return env;
}

/** The kernel's answer to whoever would end the process. It lives until then. */
function refuseToEnd(code: "EPERM" | "ESRCH"): void {
  let isTold = false;
  vi.spyOn(process, "kill").mockImplementation((_pid, signal) => {
    if (signal === 0 && !isTold) return true;
    isTold = true;
    throw Object.assign(new Error(`kill ${code}`), { code });
  });
  onTestFinished(() => void vi.restoreAllMocks());
}

const stop = (env: { DATA_DIR: string }) => stopInBackground(env, new AbortController().signal);

it("says whose a gateway is that it may not end", async () => {
  const env = await announceThis(true);
  refuseToEnd("EPERM");
  await expect(stop(env)).rejects.toMatchObject({
    code: "SERVER_NOT_STOPPED",
    message: `The gateway, process ${process.pid}, cannot be told to end: it belongs to another user.`,
  });
});

it("is done with a gateway that ends just before it is told to", async () => {
  const env = await announceThis(true);
  refuseToEnd("ESRCH");
  expect(await stop(env)).toMatchObject({ pid: process.pid });
});

it("ends no process that does not answer as a gateway", async () => {
  const env = await announceThis(false);
  await expect(stop(env)).rejects.toMatchObject({
    code: "SERVER_NOT_STOPPED",
    message: expect.stringContaining("may be another program by now, and was not ended"),
  });
});

it("ends no gateway that stands still, and says what does", async () => {
  const env = await announceThis("never");
  await expect(stop(env)).rejects.toMatchObject({
    code: "SERVER_UNREACHABLE",
    message: expect.stringContaining(`\`kill -KILL ${process.pid}\` ends it in any case`),
  });
}, 10_000);
