export { type Config, dataPaths, loadConfig, SETTINGS, secretsOf } from "./config.ts";
export type { AppRouter } from "./edges/trpc/root-router.ts";
export { createRedactor } from "./lib/redact.ts";
export { createLogger } from "./logging.ts";
export { type Server, startServer } from "./start-server.ts";
