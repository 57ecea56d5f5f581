import type { Config } from "./config.ts";
import type { Server } from "./start-server.ts";

/** One screen for the person who started the gateway: where, with what, and what to type next. */
export function describeStart(server: Pick<Server, "url" | "model">, config: Config): string {
  const model =
    server.model === "scripted"
      ? `the built-in scripted one (${config.MODEL === "scripted" ? "MODEL=scripted" : "no credential in the environment"})`
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
