/** `ccd doctor` once it is called: one look after the other, until one makes the rest pointless. */
import { EXIT_CODES } from "@cc-docker/protocol";
import type { Json } from "../command.ts";
import type { Io } from "../io.ts";
import { toJsonLine } from "../output/json.ts";
import { printableLine } from "../output/printable.ts";
import { connect } from "../server/connect.ts";
import { checkEngine, checkGateway, checkProgram, checkStart, checkToken, checkVersion } from "./checks.ts";
import { attempt, type Finding } from "./finding.ts";

export type DoctorInput = { start?: true } & Json;

/** Ends at the first look that leaves nothing to look at. */
async function* look({ start }: DoctorInput, io: Io): AsyncGenerator<Finding> {
  const { env, signal } = io;
  yield checkProgram(process.versions.node);
  const gateway = await attempt(() => checkGateway(env));
  yield gateway;
  if (gateway.level === "FAIL") return;
  const client = await attempt(() => connect(env));
  if ("level" in client) return yield client;
  const health = await attempt(() => client.system.health.query(undefined, { signal }));
  if ("level" in health) return yield health;
  yield checkVersion(health);
  yield* checkEngine(health);
  const token = await attempt(() => checkToken(client, signal));
  yield token;
  if (start && token.level !== "FAIL") yield attempt(() => checkStart(client, io));
}

/** @throws the reason of `io.signal` */
export async function doctor(input: DoctorInput, io: Io): Promise<number> {
  const findings: Finding[] = [];
  for await (const finding of look(input, io)) {
    io.signal.throwIfAborted();
    findings.push(finding);
    if (!input.json) await io.stdout.write(format(finding));
  }
  const ok = findings.every(({ level }) => level !== "FAIL");
  if (input.json) await io.stdout.write(toJsonLine({ ok, findings }));
  return ok ? EXIT_CODES.ok : EXIT_CODES.unavailable;
}

function format({ level, what, fix }: Finding): string {
  const mended = fix === undefined ? "" : `      → ${printableLine(fix)}\n`;
  return `${level.padEnd(4)}  ${printableLine(what)}\n${mended}`;
}
