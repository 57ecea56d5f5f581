/** The composition root: chooses drivers, builds core, opens edges. Knows them all; nothing else does. */
import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { type Config, dataPaths, type Secret, type SettingInUse } from "./config.ts";
import { callerLimitSettings, chooseModel, coreSettings, type ModelChoice, tokenRules } from "./config-parts.ts";
import { type Core, type CoreDeps, type CoreMeter, createCore } from "./core/core.ts";
import { METRICS } from "./core/metric-table.ts";
import { createAuthenticate } from "./edges/authenticate.ts";
import { createCallerLimits } from "./edges/caller-limits.ts";
import { startHttpServer } from "./edges/http-server.ts";
import { createBroker } from "./edges/link/broker.ts";
import { startLinkManager } from "./edges/link/link-manager.ts";
import type { Upstream } from "./edges/link/model-service.ts";
import { createTelemetry } from "./edges/link/telemetry.ts";
import { announceServer, openInstall, removeDrafts } from "./install.ts";
import { systemClock } from "./lib/clock.ts";
import { failpoint } from "./lib/failpoint.ts";
import type { Logger } from "./lib/logger.ts";
import { createMeter } from "./lib/meter.ts";
import type { Redactor } from "./lib/redact.ts";
import { createResources } from "./lib/resources.ts";
import { noTracer, type Tracer } from "./lib/tracing/tracer.ts";
import { openInProcessBus } from "./ports/bus/drivers/in-process.ts";
import { openDockerRuntime } from "./ports/runtime/drivers/docker/docker-runtime.ts";
import { openSqliteStore } from "./ports/store/drivers/sqlite.ts";
import { lockFile } from "./ports/store/drivers/sqlite-lock.ts";
import { startScriptedModel } from "./scripted-model/scripted-model.ts";
import { VERSION } from "./version.ts";

export type Server = AsyncDisposable & {
  url: string;
  /** Which model answers: the built-in scripted one, or a real one with the credential of this name. */
  model: ModelChoice["name"];
  /** Refuses new work, lets go of links and drivers. Sessions go on in containers; the next start takes them up. */
  stop(): Promise<void>;
};

/**
 * - `redactor`: knows what of the settings is secret; it is told of what the gateway makes itself.
 * - `settings`: what people of this machine are told of them; nothing when absent.
 */
export type StartOptions = {
  config: Config;
  log: Logger;
  redactor: Redactor;
  settings?: Record<string, SettingInUse>;
};

type Resources = ReturnType<typeof createResources>;
type Ports = Pick<CoreDeps, "store" | "bus" | "runtime">;
/** Core, and what else tells of what goes on in it. */
type Running = { core: Core; meter: CoreMeter; tracer: Tracer };

/** @throws CcError for everything a person can set right: port, data directory, schema */
export async function startServer(options: StartOptions): Promise<Server> {
  const resources = createResources();
  try {
    return await open(options, resources);
  } catch (error) {
    await resources.close();
    throw error;
  }
}

async function open(options: StartOptions, resources: Resources): Promise<Server> {
  const { config, log, settings = {} } = options;
  const install = await takeDataDirectory(options, resources);
  const ports = await openPorts(options, install.id, resources);
  const running = await openCore(options, ports, resources);
  const { core } = running;
  let isServing = false;
  resources.add("audit", () => (isServing ? tellAuditHead(core, log).catch(() => undefined) : undefined)); // a broken store has said so itself
  const model = chooseModel(config);
  openLinks(options, running, { resources, upstream: await openUpstream(model, resources) });
  const http = await openListener(options, running, { resources, jwtSecret: install.jwtSecret });
  isServing = true;
  await tellAuditHead(core, log);
  failpoint("start.listening");
  resources.add("failpoint", () => failpoint("shutdown.unannounced"));
  resources.add("announcement", await announceServer(config.DATA_DIR, { url: http.url, settings }));
  failpoint("start.announced");
  core.start();
  return { url: http.url, model: model.name, stop: resources.close, [Symbol.asyncDispose]: resources.close };
}

async function takeDataDirectory({ config, redactor }: StartOptions, resources: Resources) {
  const install = await openInstall(config.DATA_DIR, config.JWT_SECRET);
  redactor.add(install.jwtSecret.reveal());
  failpoint("start.install-made");
  resources.add("lock", lockFile(dataPaths(config.DATA_DIR).lock));
  failpoint("start.locked");
  await removeDrafts(config.DATA_DIR);
  return install;
}

async function openPorts({ config, log }: StartOptions, installId: string, resources: Resources): Promise<Ports> {
  const paths = dataPaths(config.DATA_DIR);
  resources.add("failpoint", () => failpoint("shutdown.store-closed"));
  const store = await openSqliteStore({ path: paths.database });
  resources.add("store", store.close);
  const bus = openInProcessBus({ onError: (error) => log.error({ err: error }, "a bus listener failed") });
  resources.add("bus", bus.close);
  const runtime = openDockerRuntime({
    ...(config.DOCKER_HOST !== undefined && { host: config.DOCKER_HOST }),
    installId,
    socketsDirectory: paths.sockets,
    link: config.LINK,
    hostRoots: config.WORKSPACE_HOST_ROOTS,
    allowedFile: paths.allowed,
    hidden: [resolve(config.DATA_DIR)],
  });
  resources.add("runtime", runtime.close);
  return { store, bus, runtime };
}

async function openCore({ config, log }: StartOptions, ports: Ports, resources: Resources): Promise<Running> {
  const meter = createMeter(METRICS);
  const tracer = await openTracerOf(config);
  resources.add("tracer", tracer.close);
  const settings = coreSettings(config);
  const core = createCore({ ...ports, clock: systemClock, newId: randomUUID, log, meter, tracer, settings });
  resources.add("core", core.close);
  await core.join();
  return { core, meter, tracer };
}

/** To the instances: their model, their spans, and what they have to say. */
function openLinks(
  { config, log, redactor }: StartOptions,
  { core, meter, tracer }: Running,
  { resources, upstream }: { resources: Resources; upstream: Upstream },
): void {
  const broker = createBroker({
    redactor,
    upstream,
    clock: systemClock,
    log,
    rateLimitMaxWaitMs: config.RATE_LIMIT_MAX_WAIT * 1000,
    onTraffic: core.links.heard,
    onRefused: (code) => meter.add("cc_docker_refusals_total", { code }),
    onWait: core.links.tellWait,
    onUse: core.links.tellUse,
  });
  resources.add("broker", broker.close);
  resources.add("failpoint", () => failpoint("shutdown.links-closed"));
  const telemetry = tracer.isOn ? createTelemetry({ tracer, clock: systemClock }) : undefined;
  if (telemetry) resources.add("telemetry", telemetry.close);
  const links = startLinkManager({
    links: core.links,
    log,
    serveBroker: broker.serve,
    modelMaxRetries: config.MODEL_MAX_RETRIES,
    redactor,
    telemetry,
  });
  resources.add("links", links.close);
}

async function openListener(
  { config, log }: StartOptions,
  running: Running,
  { resources, jwtSecret }: { resources: Resources; jwtSecret: Secret },
): Promise<{ url: string }> {
  resources.add("failpoint", () => failpoint("shutdown.listener-closed"));
  const http = await startHttpServer({
    ...running,
    authenticate: createAuthenticate(tokenRules(config, jwtSecret)),
    browsers: { host: config.HOST, allowedHosts: config.ALLOWED_HOSTS, corsOrigins: config.CORS_ORIGINS },
    callerLimits: createCallerLimits(callerLimitSettings(config)),
    log,
    host: config.HOST,
    port: config.PORT,
  });
  resources.add("http", http.close);
  return http;
}

/** OpenTelemetry's code is loaded where somebody wants traces, and nowhere else. */
async function openTracerOf(config: Config): Promise<Tracer> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = config;
  if (endpoint === undefined) return noTracer;
  const { openTracer } = await import("./lib/tracing/open-tracer.ts");
  return openTracer({
    endpoint,
    headers: config.OTEL_EXPORTER_OTLP_HEADERS.reveal(),
    service: config.OTEL_SERVICE_NAME,
    version: VERSION,
    sampler: config.OTEL_TRACES_SAMPLER,
    ratio: config.OTEL_TRACES_SAMPLER_ARG,
  });
}

/** Where who may change the database cannot change it: a log that was cut or written anew does not go on from there. */
async function tellAuditHead(core: Core, log: Logger): Promise<void> {
  log.info(await core.audit.findHead(), "the audit log is at");
}

async function openUpstream(model: ModelChoice, resources: Resources): Promise<Upstream> {
  if (model.name !== "scripted") return model.upstream;
  const scripted = await startScriptedModel({});
  resources.add("scripted model", scripted.close);
  return { url: scripted.url };
}
