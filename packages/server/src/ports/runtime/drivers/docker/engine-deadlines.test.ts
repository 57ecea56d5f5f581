import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngineClient } from "./engine-client.ts";
import { withDeadlines } from "./engine-deadlines.ts";

const directory = mkdtempSync(join(tmpdir(), "cc-docker-silent-"));
const socketPath = join(directory, "s");
/** Accepts, and never says a word. */
const silentEngine = createServer(() => undefined);

beforeAll(() => new Promise<void>((resolve) => void silentEngine.listen(socketPath, resolve)));
afterAll(() => {
  silentEngine.close();
  rmSync(directory, { recursive: true });
});

describe("a call to an engine that accepts and never answers", () => {
  it.each([
    ["a list", (docker: ReturnType<typeof createEngineClient>) => docker.listContainers()],
    ["a stop", (docker: ReturnType<typeof createEngineClient>) => docker.getContainer("one").stop({ t: 1 })],
    ["a removal", (docker: ReturnType<typeof createEngineClient>) => docker.getVolume("one").remove()],
  ])("ends when the runtime closes: %s", async (_what, call) => {
    const closing = new AbortController();
    const docker = withDeadlines(createEngineClient(`unix://${socketPath}`), closing.signal);
    const calling = call(docker);
    closing.abort();
    await expect(calling).rejects.toMatchObject({ name: "AbortError" });
  });
});
