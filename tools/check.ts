/** `./dev check`: lint, types and unit tests. Needs no engine. */
import { runStaticChecks } from "./checks/static-checks.ts";
import { createTally, describeTally } from "./checks/tally.ts";
import { runVitest } from "./checks/vitest.ts";
import { EXIT, runTool } from "./run-tool.ts";

await runTool(async (signal) => {
  const tally = createTally();
  await runStaticChecks(tally, signal);
  await tally.add("unit tests", async () => runVitest({ args: ["--project=unit"], signal }));
  signal.throwIfAborted();
  console.log(describeTally(tally.total));
  return tally.total.failed === 0 ? EXIT.ok : EXIT.failed;
});
