/** What a 429 of the model's service says of when to come back: as a duration, or as a date by its own clock. */
import type { IncomingHttpHeaders } from "node:http";

/** Each of a key's limits has a header of its own; those that are used up are waited for. */
const LIMITS = ["requests", "tokens", "input-tokens", "output-tokens"] as const;

/**
 * Milliseconds from the answer's receipt until the limit resets; `undefined` when the answer does not say. A date is
 * compared with the answer's own, so that no clock need be right. `nowMs`: the wall's time, for an answer without one.
 */
export function readResetMs(headers: IncomingHttpHeaders, nowMs: number): number | undefined {
  const sentMs = parseDate(headers.date) ?? nowMs;
  const untilDate = (dateMs: number | undefined) => (dateMs === undefined ? undefined : dateMs - sentMs);
  const retryAfter = headers["retry-after"];
  const resetMs =
    parseSeconds(retryAfter) ??
    untilDate(parseDate(retryAfter)) ??
    untilDate(parseSeconds(headers["anthropic-ratelimit-unified-reset"])) ??
    latest(LIMITS.map((limit) => untilDate(readLimit(headers, limit))));
  return resetMs === undefined ? undefined : Math.max(0, resetMs);
}

function readLimit(headers: IncomingHttpHeaders, limit: string): number | undefined {
  const isUsedUp = headers[`anthropic-ratelimit-${limit}-remaining`] === "0";
  return isUsedUp ? parseDate(headers[`anthropic-ratelimit-${limit}-reset`]) : undefined;
}

function parseSeconds(value: string | string[] | undefined): number | undefined {
  return typeof value === "string" && /^\d+([.]\d+)?$/.test(value) ? Number(value) * 1000 : undefined;
}

function parseDate(value: string | string[] | undefined): number | undefined {
  const ms = typeof value === "string" && /[A-Z]/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

function latest(all: readonly (number | undefined)[]): number | undefined {
  const told = all.filter((ms) => ms !== undefined);
  return told.length === 0 ? undefined : Math.max(...told);
}
