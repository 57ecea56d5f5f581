import { ensureEngine } from "./engine/ensure-engine.ts";
import { ensureImage } from "./ensure-image.ts";
import { say, seconds } from "./report.ts";
import { EXIT, runTool } from "./run-tool.ts";

await runTool(async (signal) => {
  const startedAt = Date.now();
  const onProgress = (line: string) => say(`${seconds(startedAt).padStart(8)}  ${line}`);
  const engine = await ensureEngine({ onProgress, signal });
  try {
    const tag = await ensureImage({ docker: engine.docker, onProgress, signal });
    const { Size } = await engine.docker.getImage(tag).inspect();
    console.log(`${tag}  ${Math.round(Size / 1e6)} MB  (${seconds(startedAt)})`);
    return EXIT.ok;
  } finally {
    await engine.stop();
  }
});
