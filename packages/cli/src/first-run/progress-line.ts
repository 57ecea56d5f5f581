/** How far something is, on one line: a bar, the part, the bytes, the time that is left. */

/** As `gateway image` tells it. */
export type Progress = { step: string; done: number; bytes?: { done: number; of?: number } };

const BAR = 24;
/** Before that a guess would be off by far. */
const GUESS_AFTER_MS = 3000;
const GUESS_FROM = 0.03;

/** `elapsedMs`: since the first of it. */
export function progressLine({ step, done, bytes }: Progress, elapsedMs: number): string {
  const full = Math.round(done * BAR);
  const bar = `[${"#".repeat(full)}${".".repeat(BAR - full)}]`;
  const parts = [
    `${String(Math.floor(done * 100)).padStart(3)} %`,
    ...describeBytes(bytes),
    ...describeRest(done, elapsedMs),
  ];
  return `${bar} ${parts.join(", ")}  ${step}`;
}

function describeBytes(bytes: Progress["bytes"]): string[] {
  if (!bytes || bytes.done === 0) return [];
  return [bytes.of === undefined ? megabytes(bytes.done) : `${megabytes(bytes.done)} of ${megabytes(bytes.of)}`];
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

/** As if it went on as fast as until now. */
function describeRest(done: number, elapsedMs: number): string[] {
  if (elapsedMs < GUESS_AFTER_MS || done < GUESS_FROM || done >= 1) return [];
  const seconds = Math.round((elapsedMs / 1000) * (1 / done - 1));
  return [`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} left`];
}
