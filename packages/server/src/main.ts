/** The process: reads the settings, starts, waits for a signal, stops with a deadline. Or answers `audit …`, `image`. */
import { CcError, ERRORS, exitCodeOf, isCcError } from "@cc-docker/protocol";
import { runAuditCommand } from "./audit-command.ts";
import { dataPaths, describeSettings, loadConfig, secretsOf } from "./config.ts";
import { describeStart } from "./describe-start.ts";
import { runImageCommand } from "./image-command.ts";
import { armFailpoint } from "./lib/failpoint.ts";
import type { Logger } from "./lib/logger.ts";
import { createRedactor } from "./lib/redact.ts";
import { openLogFile } from "./log-file.ts";
import { createLogger } from "./logging.ts";
import { startServer } from "./start-server.ts";

const STOP_DEADLINE_MS = 10_000;

async function run(): Promise<void> {
  process.umask(0o077); // what lies in the data directory is nobody else's business
  const [command, ...args] = process.argv.slice(2);
  const write = (text: string) => void process.stdout.write(text);
  if (command === "image") {
    const { DOCKER_HOST } = loadConfig({ DOCKER_HOST: process.env["DOCKER_HOST"] }); // the others are not its business
    return runImageCommand(DOCKER_HOST, write, interruption());
  }
  const config = loadConfig(process.env);
  if (command === "audit") {
    process.exitCode = await runAuditCommand(dataPaths(config.DATA_DIR).database, args, write);
    return;
  }
  const redactor = createRedactor(secretsOf(config));
  const log = createLogger(config.LOG_LEVEL, redactor, config.LOG_FILE ? openLogFile(config.LOG_FILE) : undefined);
  obeyFailpoint(process.env["CC_DOCKER_FAILPOINT"], log);
  const server = await startServer({ config, log, redactor, settings: describeSettings(process.env) });
  log.info({ url: server.url, model: server.model, data_dir: config.DATA_DIR }, "listening");
  if (process.stdout.isTTY || process.env["CC_DOCKER_GREET"]) process.stdout.write(describeStart(server, config));

  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) process.exit(130); // a second signal ends at once
    stopping = true;
    log.info({ signal }, "stopping; sessions go on in their containers");
    setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
    void server.stop().then(() => process.exit(0));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGHUP", stop);
}

function interruption(): AbortSignal {
  const interrupted = new AbortController();
  for (const name of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.once(name, () => interrupted.abort());
  return interrupted.signal;
}

/** For tests of crashes; see `lib/failpoint.ts`. @throws CcError CONFIG_INVALID */
function obeyFailpoint(wanted: string | undefined, log: Logger): void {
  if (!wanted) return;
  if (!armFailpoint(wanted))
    throw new CcError("CONFIG_INVALID", `CC_DOCKER_FAILPOINT=${wanted}: docs/crash-points.md lists what it may name.`);
  log.warn({ failpoint: wanted }, "this gateway kills itself when it reaches the failpoint");
}

run().catch((error: unknown) => {
  if (!isCcError(error)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n${ERRORS[error.code].hint}\n`);
  process.exit(exitCodeOf(error.code));
});
