import { type TestOptions, test } from "vitest";
import type { Requirement } from "./requirements.ts";

/** Registers the proof of a promise; the title is a sentence about behaviour. */
export function verifies(
  id: Requirement,
  title: string,
  proof: () => Promise<void> | void,
  options: TestOptions = {},
): void {
  // oxlint-disable-next-line vitest/expect-expect -- the proof asserts
  test(`${title} [${id}]`, options, proof);
}
