/** The composition root: chooses drivers, builds core, opens edges. Knows them all; nothing else does. */
import { randomUUID } from "node:crypto";
import { type Config, dataPaths, type Secret } from "./config.ts";
import { type Core, type CoreDeps, createCore } from "./core/core.ts";
import { METRICS } from "./core/metric-table.ts";
import { createAuthenticate, type TokenRules } from "./edges/authenticate.ts";
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

type ModelChoice = { name: "scripted" } | { name: "ANTHROPIC_API_KEY" | "CLAUDE_CODE_OAUTH_TOKEN"; upstream: Upstream };

/** With the time that a round takes, what nobody owns is gone within 15 s. */
const RECONCILE_EVERY_MS = 10_000;

/** `redactor`: knows what of the settings is secret; it is told of what the gateway makes itself. */
export type StartOptions = { config: Config; log: Logger; redactor: Redactor };

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

async function open(options: StartOptions, resources: ReturnType<typeof createResources>): Promise<Server> {
  const { config, log, redactor } = options;
  const paths = dataPaths(config.DATA_DIR);
  const install = await openInstall(config.DATA_DIR, config.JWT_SECRET);
  redactor.add(install.jwtSecret.reveal());
  failpoint("start.install-made");
  resources.add("lock", lockFile(paths.lock));
  failpoint("start.locked");
  await removeDrafts(config.DATA_DIR);
  resources.add("failpoint", () => failpoint("shutdown.store-closed"));
  const store = await openSqliteStore({ path: paths.database });
  resources.add("store", store.close);
  const bus = openInProcessBus({ onError: (error) => log.error({ err: error }, "a bus listener failed") });
  resources.add("bus", bus.close);
  const runtime = openDockerRuntime({
    ...(config.DOCKER_HOST !== undefined && { host: config.DOCKER_HOST }),
    installId: install.id,
    socketsDirectory: paths.sockets,
    link: config.LINK,
  });
  resources.add("runtime", runtime.close);
  const settings = coreSettings(config);
  const meter = createMeter(METRICS);
  const tracer = await openTracerOf(config);
  resources.add("tracer", tracer.close);
  const core = createCore({
    store,
    bus,
    runtime,
    clock: systemClock,
    newId: randomUUID,
    log,
    meter,
    tracer,
    settings,
  });
  resources.add("core", core.close);
  await core.join();
  let isServing = false;
  resources.add("audit", () => (isServing ? tellAuditHead(core, log).catch(() => undefined) : undefined)); // a broken store has said so itself
  const model = chooseModel(config);
  const broker = createBroker({
    redactor,
    upstream: await openUpstream(model, resources),
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
  resources.add("failpoint", () => failpoint("shutdown.listener-closed"));
  const http = await startHttpServer({
    core,
    meter,
    tracer,
    authenticate: createAuthenticate(tokenRules(config, install.jwtSecret)),
    browsers: { host: config.HOST, allowedHosts: config.ALLOWED_HOSTS, corsOrigins: config.CORS_ORIGINS },
    callerLimits: createCallerLimits({
      requestsPerSecond: config.MAX_REQUESTS_PER_SECOND,
      subscriptions: config.MAX_SUBSCRIPTIONS_PER_USER,
      sockets: config.MAX_SOCKETS_PER_USER,
    }),
    log,
    host: config.HOST,
    port: config.PORT,
  });
  resources.add("http", http.close);
  isServing = true;
  await tellAuditHead(core, log);
  failpoint("start.listening");
  resources.add("failpoint", () => failpoint("shutdown.unannounced"));
  resources.add("announcement", await announceServer(config.DATA_DIR, http.url));
  failpoint("start.announced");
  core.start();
  return { url: http.url, model: model.name, stop: resources.close, [Symbol.asyncDispose]: resources.close };
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

function tokenRules({ JWT_JWKS_URL, JWT_ISSUER, JWT_AUDIENCE }: Config, jwtSecret: Secret): TokenRules {
  const keys = JWT_JWKS_URL === undefined ? { jwtSecret } : { jwksUrl: JWT_JWKS_URL };
  return { keys, issuer: JWT_ISSUER, audience: JWT_AUDIENCE };
}

function coreSettings(config: Config): CoreDeps["settings"] {
  return {
    image: config.SESSION_IMAGE,
    startupTimeoutMs: config.STARTUP_TIMEOUT * 1000,
    copyTimeoutMs: config.FORK_COPY_TIMEOUT * 1000,
    requestTimeoutMs: config.REQUEST_TIMEOUT * 1000,
    hangTimeoutMs: config.HANG_TIMEOUT * 1000,
    parkAfterMs: config.PARK_AFTER * 1000,
    idleTimeoutMs: config.CONTAINER_IDLE_TIMEOUT * 1000,
    sessionTimeoutMs: config.CONTAINER_TIMEOUT_DEFAULT * 1000,
    maxTimeouts: {
      startupTimeout: config.MAX_STARTUP_TIMEOUT,
      requestTimeout: config.MAX_REQUEST_TIMEOUT,
      parkAfter: config.MAX_PARK_AFTER,
      idleTimeout: config.MAX_IDLE_TIMEOUT,
      sessionTimeout: config.MAX_SESSION_TIMEOUT,
    },
    quotas: {
      liveSessions: config.MAX_SESSIONS_PER_USER,
      storedSessions: config.MAX_STORED_SESSIONS_PER_USER,
      containers: config.MAX_CONTAINERS,
      openTurns: config.MAX_OPEN_TURNS_PER_USER,
      costUsdPerDay: config.MAX_COST_PER_DAY,
      tokensPerDay: config.MAX_TOKENS_PER_DAY,
    },
    reconcileEveryMs: RECONCILE_EVERY_MS,
    version: VERSION,
  };
}

function chooseModel(config: Config): ModelChoice {
  const { MODEL, ANTHROPIC_API_KEY: key, CLAUDE_CODE_OAUTH_TOKEN: token, ANTHROPIC_BASE_URL: url } = config;
  if (MODEL === "scripted") return { name: "scripted" };
  if (key) return { name: "ANTHROPIC_API_KEY", upstream: { url, credential: { kind: "api-key", reveal: key.reveal } } };
  if (token)
    return { name: "CLAUDE_CODE_OAUTH_TOKEN", upstream: { url, credential: { kind: "oauth", reveal: token.reveal } } };
  return { name: "scripted" };
}

async function openUpstream(model: ModelChoice, resources: ReturnType<typeof createResources>): Promise<Upstream> {
  if (model.name !== "scripted") return model.upstream;
  const scripted = await startScriptedModel({});
  resources.add("scripted model", scripted.close);
  return { url: scripted.url };
}
