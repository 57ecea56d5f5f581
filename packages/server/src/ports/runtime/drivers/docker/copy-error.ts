import { CcError } from "@cc-docker/protocol";

/** What the copying program says last of a file that did not fit. */
const NO_SPACE = /: No space left on device$/;

/** What the end of a copy means that did not do its work. `said`: its last words. */
export function copyError({ from, exitCode, said }: { from: string; exitCode: number; said: string }): CcError {
  const told = said === "" ? "nothing was said" : said;
  const message = `The files of session ${from} could not be copied (exit code ${exitCode}): ${told}`;
  return new CcError(NO_SPACE.test(said) ? "ENGINE_DISK_FULL" : "FORK_COPY_FAILED", message);
}
