/** What `ccd doctor` looks at, a function each. What is thrown is a finding too. */
import type { Client, HealthReport } from "@cc-docker/client";
import { CcError, type SessionId } from "@cc-docker/protocol";
import manifest from "../../package.json" with { type: "json" };
import type { Environment, Io } from "../io.ts";
import { formatSeconds } from "../output/amounts.ts";
import { namedGateway } from "../server/connect.ts";
import { findLocalGateway } from "../server/local-gateway.ts";
import { createSession } from "../session/create-session.ts";
import { followSession } from "../session/follow-session.ts";
import { removeSession } from "../session/remove-session.ts";
import type { Finding } from "./finding.ts";

/** As `engines` of the package says. */
const OLDEST_NODE = [24, 11] as const;
/** Longer than a gateway waits for a session by default. */
const START_MS = 90_000;

export function checkProgram(node: string): Finding {
  const [major = 0, minor = 0] = node.split(".").map(Number);
  const isNewEnough = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  const what = `ccd ${manifest.version} on Node ${node}`;
  if (isNewEnough) return { level: "ok", what };
  return { level: "FAIL", what, fix: `Run it with Node ${OLDEST_NODE.join(".")} or newer.` };
}

/** @throws CcError SERVER_UNREACHABLE when none is named and none runs here */
export async function checkGateway(env: Environment): Promise<Finding> {
  const named = namedGateway(env);
  if (named) return { level: "ok", what: `the gateway is ${named}, by CC_DOCKER_URL` };
  const { url, pid, announcement } = await findLocalGateway(env);
  return { level: "ok", what: `the gateway is ${url}, process ${pid}, by ${announcement}` };
}

export function checkVersion({ version }: HealthReport): Finding {
  if (version === manifest.version) return { level: "ok", what: `the gateway answers; its version is ${version}` };
  const what = `the gateway is version ${version}, ccd is ${manifest.version}`;
  return { level: "warn", what, fix: "Use both from the same checkout; calls that one of them does not know fail." };
}

/** @returns findings on the database and the Docker Engine behind the gateway */
export function checkEngine({ components: { database, docker } }: HealthReport): Finding[] {
  const well = (what: string): Finding => ({ level: "ok", what: `${what} answers` });
  const engineFix =
    "Start it where the gateway runs, or set the gateway's DOCKER_HOST; `./dev doctor` there says more.";
  return [
    database === "healthy"
      ? well("the database")
      : {
          level: "FAIL",
          what: "the database does not answer",
          fix: "Look at the gateway's log, and at the disk of its DATA_DIR.",
        },
    docker === "healthy"
      ? well("the Docker Engine")
      : { level: "FAIL", what: "the Docker Engine does not answer", fix: engineFix },
  ];
}

/** @throws CcError TOKEN_INVALID and its like */
export async function checkToken(client: Client, signal: AbortSignal): Promise<Finding> {
  const { liveSessions } = await client.system.limits.query(undefined, { signal });
  const { used, max } = liveSessions;
  const what = `the token is good; ${used}${max === undefined ? "" : ` of ${max}`} sessions live`;
  if (max === undefined || used < max) return { level: "ok", what };
  return { level: "warn", what, fix: "No other can start: `ccd ls` lists them, `ccd stop SESSION` makes room." };
}

/** @throws CcError what the session failed with; SERVER_UNREACHABLE when the gateway is lost meanwhile */
export async function checkStart(client: Client, io: Pick<Io, "signal" | "stderr">): Promise<Finding> {
  const began = performance.now();
  const { id: sessionId } = await createSession(client, {}, io);
  try {
    await untilReady(client, sessionId, AbortSignal.any([io.signal, AbortSignal.timeout(START_MS)]));
  } finally {
    await removeSession(client, sessionId, () => undefined);
  }
  return { level: "ok", what: `a session was ready after ${formatSeconds(performance.now() - began)}, and is removed` };
}

async function untilReady(client: Client, sessionId: SessionId, signal: AbortSignal): Promise<void> {
  for await (const { type } of followSession(client, { sessionId, signal, onAway: () => undefined })) {
    if (type === "session.idle") return;
    if (type !== "session.failed") continue;
    const { error } = await client.sessions.get.query({ sessionId });
    throw new CcError(error?.code ?? "INTERNAL", error?.message ?? "The session failed.");
  }
  throw new CcError("STARTUP_TIMEOUT", `The session ${sessionId} was not ready within ${START_MS / 1000} s.`);
}
