import { expect, it } from "vitest";
import { backgroundOf, themeFor } from "./theme-for.ts";

const terminal = { getColorDepth: () => 24 } as unknown as NodeJS.WriteStream;

it.each([
  ["dark, where nothing is known", {}, "dark"],
  ["light, where the terminal says so", { COLORFGBG: "0;15" }, "light"],
  ["light, also with a default between", { COLORFGBG: "0;default;7" }, "light"],
  ["dark, where the terminal says so", { COLORFGBG: "15;0" }, "dark"],
  ["what the person has set, whatever the terminal says", { COLORFGBG: "15;0", CC_DOCKER_THEME: "light" }, "light"],
])("the background is %s", (_, env, background) => {
  expect(backgroundOf(env)).toBe(background);
});

it("has no colours where NO_COLOR is set, and attributes all the same", () => {
  const codes = Object.values(themeFor({ NO_COLOR: "1" }, terminal)).join("");
  expect(codes).not.toMatch(/\[(?:[0-9;]*;)?(?:3[0-8]|9[0-7])/);
  expect(codes).toContain("\u001b[7m");
});
