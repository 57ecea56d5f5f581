/** What a command has done, in one line: of JSON for programs, in words for people. */
import { EXIT_CODES } from "@cc-docker/protocol";
import type { Io } from "../io.ts";
import { toJsonLine } from "./json.ts";

type Result = { json?: boolean | undefined; value: unknown; line: string };

/** @returns the exit code of a command that has done what it was to do */
export async function printResult({ stdout }: Pick<Io, "stdout">, { json, value, line }: Result): Promise<number> {
  await stdout.write(json ? toJsonLine(value) : `${line}\n`);
  return EXIT_CODES.ok;
}
