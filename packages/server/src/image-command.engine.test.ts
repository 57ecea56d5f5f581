import { expect, it } from "vitest";
import { runImageCommand } from "./image-command.ts";

it("says in JSON which image this build's sessions have, at once where it is there", async () => {
  const lines: string[] = [];
  await runImageCommand(undefined, (line) => lines.push(line), new AbortController().signal);
  expect(JSON.parse(lines.at(-1) ?? "")).toEqual({ image: expect.stringMatching(/^cc-docker\/session:[0-9a-f]{12}$/) });
  expect(lines.at(-1)).toMatch(/\n$/);
});

it("says where no engine answers", async () => {
  const failing = runImageCommand("unix:///nonexistent/docker.sock", () => {}, new AbortController().signal);
  await expect(failing).rejects.toMatchObject({ code: "RUNTIME_UNAVAILABLE" });
});
