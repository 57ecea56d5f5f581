/** `./dev test`: everything there is to pass, on a real engine. The last line of stdout is the counts, whatever happens. */
import { runBuildCheck, runStaticChecks } from "./checks/static-checks.ts";
import { createTally, describeTally, type Tally } from "./checks/tally.ts";
import { runVitest } from "./checks/vitest.ts";
import { canInstall, ensurePackages, SHELL_PACKAGES } from "./engine/debian-packages.ts";
import { type Engine, ensureEngine } from "./engine/ensure-engine.ts";
import { ensureImage } from "./ensure-image.ts";
import { say } from "./report.ts";
import { EXIT, runTool } from "./run-tool.ts";

const tally = createTally();
await runTool(async (signal) => {
  await runBuildCheck(tally, signal);
  await runStaticChecks(tally, signal);
  await testOnEngine(tally, signal);
  return tally.total.failed === 0 ? EXIT.ok : EXIT.failed;
});
if (process.exitCode !== EXIT.ok && tally.total.failed === 0) tally.total.failed += 1;
console.log(describeTally(tally.total));

/** Without an engine or an image the unit tests still run, and the missing thing is a failed check, not a skipped one. */
async function testOnEngine(tally: Tally, signal: AbortSignal): Promise<void> {
  const found: { engine?: Engine; image?: string } = {};
  try {
    await tally.add("engine", async () => {
      found.engine = await ensureEngine({ onProgress: say, signal });
      return { passed: 1, failed: 0 };
    });
    signal.throwIfAborted();
    if (canInstall()) await ensurePackages({ packages: SHELL_PACKAGES, onProgress: say, signal }).catch(tellWhy);
    signal.throwIfAborted();
    await tally.add("session image", async () => {
      if (found.engine === undefined) throw new Error("no engine to build it on");
      found.image = await ensureImage({ docker: found.engine.docker, onProgress: say, signal });
      return { passed: 1, failed: 0 };
    });
    signal.throwIfAborted();
    const env = { ...process.env, SESSION_IMAGE: found.image };
    const args = found.image === undefined ? ["--project=unit"] : process.argv.slice(2);
    await tally.add("tests", async () => runVitest({ args, env, signal }));
    signal.throwIfAborted();
  } finally {
    await found.engine?.stop();
  }
}

/** The tests that need them fail then, and say which is missing. */
function tellWhy(error: unknown): void {
  say(error instanceof Error ? error.message : String(error));
}
