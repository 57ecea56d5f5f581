export { type Config, dataPaths, loadConfig, SETTINGS } from "./config.ts";
export type { AppRouter } from "./edges/trpc/root-router.ts";
export { createLogger } from "./logging.ts";
export { type Server, startServer } from "./start-server.ts";
