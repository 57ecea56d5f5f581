import { expect, it } from "vitest";
import { COMMANDS } from "../commands/commands.ts";
import { complete } from "./complete.ts";

const values = (...words: string[]) => complete(COMMANDS, words).candidates.map(({ value }) => value);

it("completes the names of commands", () => {
  expect(values("s")).toEqual(["send", "show", "stop", "serve"]);
  expect(values("")).toEqual(COMMANDS.map(({ name }) => name));
  expect(values("nonsense", "")).toEqual([]);
});

it("completes options that are not given yet, with what they mean", () => {
  expect(values("ls", "--")).toEqual(["--status", "--directory", "--json", "--help"]);
  expect(values("ls", "--status", "idle", "--s")).toEqual([]);
  expect(complete(COMMANDS, ["logs", "--fo"]).candidates).toEqual([
    { value: "--follow", does: "go on until the session ends" },
  ]);
});

it.each([
  [["ls", "--status", "i"], ["idle"]],
  [["ls", "--status", "=", "i"], ["idle"]],
  [
    ["run", "--keep", "--mode", ""],
    ["bypass", "ask"],
  ],
])("completes the value of an option in %j", (words, found) => {
  expect(values(...words)).toEqual(found);
});

it.each([
  [["show", ""], "sessions"],
  [["rm", "3d9a", "77"], "sessions"],
  [["deny", "--session", ""], "sessions"],
  [["approve", "--session", "3d9a", ""], "approvals"],
  [["run", "--file", ""], "files"],
  [["send", "3d9a", ""], undefined],
  [["ls", ""], undefined],
])("has what only others know looked up in %j: %s", (words, lookup) => {
  expect(complete(COMMANDS, words).lookup).toBe(lookup);
});
