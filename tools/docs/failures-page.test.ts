import { expect, it } from "vitest";
import { ERRORS } from "../../packages/protocol/src/errors.ts";
import { readRepoFile } from "./repo-files.ts";

it("the page of failures has each code of the error table once", () => {
  const firstCells = readRepoFile("docs/failures.md").matchAll(/^[|] (`[^|]+) [|]/gm);
  const codes = [...firstCells].flatMap(([, cell]) => [...(cell ?? "").matchAll(/[A-Z_]+/g)].map(([code]) => code));
  expect(codes.toSorted()).toEqual(Object.keys(ERRORS).toSorted());
});
