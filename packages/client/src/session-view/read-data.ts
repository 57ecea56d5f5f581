/** What agents write is data: every step may lead nowhere, and nothing is kept longer than it may be. */
import { at, textAt } from "@cc-docker/protocol";
import { VIEW_LIMITS } from "./view-limits.ts";

/** A short text, for names and ids. */
export function nameAt(value: unknown, ...path: string[]): string {
  return textAt(value, ...path).slice(0, VIEW_LIMITS.nameChars);
}

export function wordsAt(value: unknown, ...path: string[]): string {
  return textAt(value, ...path).slice(0, VIEW_LIMITS.wordsChars);
}

/** 0 when it is no number that counts something. */
export function amountAt(value: unknown, ...path: string[]): number {
  const amount = at(value, ...path);
  return typeof amount === "number" && Number.isFinite(amount) && amount > 0 ? amount : 0;
}

export function listAt(value: unknown, ...path: string[]): readonly unknown[] {
  const list = at(value, ...path);
  return Array.isArray(list) ? list : [];
}

/** Milliseconds since 1970; 0 when it is no time. */
export function timeOf(text: unknown): number {
  const ms = typeof text === "string" ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? 0 : ms;
}
