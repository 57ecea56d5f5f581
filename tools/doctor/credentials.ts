import type { Finding } from "./finding.ts";

const NAMES = ["ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN"];

/** Names only: a value never reaches a terminal. */
export function checkCredentials(env: NodeJS.ProcessEnv): Finding {
  const found = NAMES.filter((name) => (env[name] ?? "") !== "");
  if (found.length > 0) return { level: "ok", what: `credential: ${found.join(" and ")} is set` };
  const fix = `export ${NAMES.join(" or ")} to use the real model`;
  return { level: "warn", what: "credential: none; the built-in scripted model answers", fix };
}
