/** The gateway in the foreground, with its image made ready first. Arguments: none; settings come from the environment. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { gatewaySettings } from "../packages/cli/src/server/gateway-program.ts";
import { ensureEngine } from "./engine/ensure-engine.ts";
import { ensureImage } from "./ensure-image.ts";
import { GATEWAY } from "./paths.ts";
import { say, seconds } from "./report.ts";
import { runTool } from "./run-tool.ts";

await runTool(async (signal) => {
  const startedAt = Date.now();
  const onProgress = (line: string) => say(`${seconds(startedAt).padStart(8)}  ${line}`);
  const engine = await ensureEngine({ onProgress, signal });
  try {
    const image = process.env.SESSION_IMAGE ?? (await ensureImage({ docker: engine.docker, onProgress, signal }));
    if (engine.isOurs)
      say("The Docker Engine was started for this and stops with the gateway, and the sessions with it.");
    return await runGateway(image, signal);
  } finally {
    await engine.stop();
  }
});

/** In a process group of its own: a Ctrl-C reaches it once, from here, and it stops as it should. */
async function runGateway(image: string, signal: AbortSignal): Promise<number> {
  const env = {
    LOG_LEVEL: "WARNING",
    ...gatewaySettings(process.env),
    SESSION_IMAGE: image,
    CC_DOCKER_GREET: "1",
  };
  const gateway = spawn(process.execPath, [GATEWAY], { env, stdio: "inherit", detached: true });
  signal.addEventListener("abort", () => gateway.kill("SIGTERM"));
  const [code] = (await once(gateway, "exit")) as [number | null];
  return code ?? 1;
}
