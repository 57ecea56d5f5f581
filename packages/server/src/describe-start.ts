import type { Config } from "./config.ts";
import type { Server } from "./start-server.ts";

/** One screen for the person who started the gateway: where, with what, and what to type next. */
export function describeStart(server: Pick<Server, "url" | "model">, config: Config): string {
  const model =
    server.model === "scripted"
      ? "the built-in scripted model (no ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN found, or MODEL=scripted)"
      : `Claude, with the credential in ${server.model}; it stays in this process`;
  const example = server.model === "scripted" ? "say: hello" : "What can you do?";
  return [
    "",
    `  cc-docker listens on ${server.url}`,
    `  model    ${model}`,
    `  image    ${config.SESSION_IMAGE}`,
    `  data     ${config.DATA_DIR}`,
    "",
    "  In another terminal:",
    `    ./dev ccd run ${JSON.stringify(example)}`,
    "",
    "  Ctrl-C stops the gateway; sessions go on in their containers until they are removed.",
    "",
    "",
  ].join("\n");
}
