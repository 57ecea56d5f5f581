import type { Session } from "@cc-docker/protocol";
import { expect, it } from "vitest";
import { toCandidates } from "./tell-candidates.ts";

const session = (id: string, name?: string) => ({ id, status: "idle", ...(name && { name }) }) as Session;

it("offers sessions by their names, and all by their ids", () => {
  expect(toCandidates([session("1a", "parser"), session("2b")])).toEqual([
    { value: "parser", does: "idle" },
    { value: "1a", does: "idle, parser" },
    { value: "2b", does: "idle" },
  ]);
});

it("offers no name that two have, or that a shell would take apart", () => {
  const offered = toCandidates([session("1a", "twin"), session("2b", "twin"), session("3c", "two words; $(x)")]);
  expect(offered.map(({ value }) => value)).toEqual(["1a", "2b", "3c"]);
});
