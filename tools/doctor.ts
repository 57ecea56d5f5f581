/** `./dev doctor`: what this machine has and lacks, each with what mends it. */
import Docker from "dockerode";
import { checkCredentials } from "./doctor/credentials.ts";
import { checkEngine, checkImage } from "./doctor/engine.ts";
import type { Finding } from "./doctor/finding.ts";
import { checkDisk, checkPort } from "./doctor/machine.ts";
import { checkVersions } from "./doctor/versions.ts";
import { EXIT, runTool } from "./run-tool.ts";

await runTool(async () => {
  const docker = new Docker();
  const engine = await checkEngine(docker);
  const image = engine.level === "ok" ? [await checkImage(docker)] : [];
  const findings = [
    ...(await checkVersions()),
    engine,
    ...image,
    await checkDisk(),
    checkCredentials(process.env),
    await checkPort(),
  ];
  for (const finding of findings) print(finding);
  return findings.some(({ level }) => level === "FAIL") ? EXIT.unavailable : EXIT.ok;
});

function print({ level, what, fix }: Finding): void {
  console.log(`${level.padEnd(4)}  ${what}`);
  if (fix !== undefined) console.log(`      → ${fix}`);
}
