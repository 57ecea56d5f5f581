/** Which colours the terminal is given. */
import type { Environment } from "../io.ts";
import { type Background, createTheme, type Theme } from "./text/theme.ts";

/** Of the sixteen colours that `COLORFGBG` counts, those that are dark text's background: white and light gray. */
const LIGHT_COLORS: ReadonlySet<string> = new Set(["7", "15"]);
const NO_COLOR_DEPTH = 1;

export function themeFor(env: Environment, stdout: NodeJS.WriteStream): Theme {
  const colorDepth = env["NO_COLOR"] ? NO_COLOR_DEPTH : stdout.getColorDepth(env);
  return createTheme({ colorDepth, background: backgroundOf(env) });
}

/** What a person has set; else what the terminal says, as "15;0" or "0;default;15"; else dark, as most are. */
export function backgroundOf(env: Environment): Background {
  const chosen = env["CC_DOCKER_THEME"]?.trim().toLowerCase();
  if (chosen === "light" || chosen === "dark") return chosen;
  return LIGHT_COLORS.has(env["COLORFGBG"]?.split(";").at(-1) ?? "") ? "light" : "dark";
}
