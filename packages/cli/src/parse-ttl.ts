import { InvalidArgumentError } from "commander";

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };
const LONGEST_SECONDS = 10 * 365 * 86_400;

/** "45s", "15m", "12h", "30d" in seconds. @throws InvalidArgumentError */
export function parseTtl(text: string): number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const seconds = Number(count) * (UNITS[unit ?? ""] ?? 0);
  if (seconds > 0 && seconds <= LONGEST_SECONDS) return seconds;
  throw new InvalidArgumentError("Give a number and s, m, h or d, up to ten years: 45s, 15m, 12h, 30d.");
}
