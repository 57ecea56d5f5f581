/** `exec node tools/record-streams.ts [SCENE …]`: has real Claude Code play the scenes, and writes their logs down. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Event } from "@cc-docker/client";
import { startScriptedModel } from "@cc-docker/server/scripted-model";
import { startGateway } from "./bench/stand/start-gateway.ts";
import { ensureEngine } from "./engine/ensure-engine.ts";
import { ensureImage } from "./ensure-image.ts";
import { ROOT } from "./paths.ts";
import { normalise } from "./record-streams/normalise.ts";
import { playScene } from "./record-streams/play-scene.ts";
import { SCENES } from "./record-streams/scenes.ts";
import { say } from "./report.ts";
import { EXIT, runTool } from "./run-tool.ts";

const TARGET = join(ROOT, "packages/client/src/session-view/recorded");

await runTool(async (signal) => {
  await using cleanup = new AsyncDisposableStack();
  const engine = await ensureEngine({ onProgress: say, signal });
  cleanup.defer(engine.stop);
  const { docker } = engine;
  const image = process.env["SESSION_IMAGE"] ?? (await ensureImage({ docker, onProgress: say, signal }));
  const model = cleanup.use(await startScriptedModel());
  const gateway = cleanup.use(await startGateway({ docker, image, modelUrl: model.url, signal }));
  await mkdir(TARGET, { recursive: true });
  for (const name of wantedScenes()) {
    const events = normalise(await playScene(gateway.client, docker, SCENES[name] ?? { deeds: [] }));
    await writeFile(join(TARGET, `${name}.jsonl`), toLines(events));
    say(`${name}: ${events.length} events`);
  }
  return EXIT.ok;
});

function wantedScenes(): string[] {
  const wanted = process.argv.slice(2);
  const unknown = wanted.find((name) => !Object.hasOwn(SCENES, name));
  if (unknown) throw new Error(`There is no scene "${unknown}", only ${Object.keys(SCENES).join(", ")}.`);
  return wanted.length > 0 ? wanted : Object.keys(SCENES);
}

function toLines(events: readonly Event[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join("");
}
