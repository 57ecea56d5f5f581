/** The WebSockets of the public edges: which there are, and how one who is refused is told so. */
import { type CcError, toErrorShape } from "@cc-docker/protocol";
import type { FastifyInstance } from "fastify";
import type { CoreMeter } from "../core/core.ts";
import { JSON_TYPE } from "../lib/json.ts";
import type { Logger } from "../lib/logger.ts";
import { currentRequest } from "../lib/request-scope.ts";
import type { BrowserRules } from "./guard-browsers.ts";
import type { Refusals } from "./log-requests.ts";
import { REQUEST_ID_HEADER } from "./request-ids.ts";
import type { RestDeps } from "./rest/mount-rest.ts";
import { PROBLEM_TYPE, problemHeaders, toProblem } from "./rest/problem.ts";
import { createStreamDoor } from "./rest/stream/stream-door.ts";
import { REST_PREFIX } from "./rest/table/route.ts";
import { createTrpcDoor } from "./trpc/socket/trpc-door.ts";
import type { TellRefusal } from "./trpc/socket/words.ts";
import type { SharedContext } from "./trpc/trpc.ts";
import { type Refusal, serveUpgrades, type UpgradeRules } from "./upgrades.ts";

export type SocketDeps = {
  shared: SharedContext;
  rest: RestDeps;
  browsers: BrowserRules;
  meter: CoreMeter;
  log: Logger;
  refusals: Refusals;
  tellTrpcError: TellRefusal;
  maxMessageBytes: number;
  times: SocketTimes;
};

/**
 * In milliseconds. `helloWithinMs`: how long a socket may go without a valid token. `beatMs`: how often a silent peer is
 * asked for a sign of life.
 */
export type SocketTimes = { helloWithinMs: number; beatMs: number };
export const SOCKET_TIMES: SocketTimes = { helloWithinMs: 10_000, beatMs: 10_000 };

/** @returns `close` ends all sockets and resolves when they are gone: before the listener is closed, which waits for them */
export function mountSockets(app: FastifyInstance, deps: SocketDeps): { close(): Promise<void> } {
  const { shared, rest, browsers, refusals, maxMessageBytes, times } = deps;
  const { translate } = rest;
  const doors = [
    createTrpcDoor({ ...shared, onError: deps.tellTrpcError, helloWithinMs: times.helloWithinMs }),
    createStreamDoor({ ...rest, callerLimits: shared.callerLimits, onRefused: ({ code }) => refusals.add(code) }),
  ];
  const onAnswered = createOnAnswered(deps);
  return serveUpgrades(app.server, {
    ...{ doors, browsers, maxMessageBytes, beatMs: times.beatMs, translate, onAnswered },
    refuse: wordRefusal,
  });
}

/** A line a request, as `logRequests` has them. */
function createOnAnswered({ meter, log, refusals }: SocketDeps): UpgradeRules["onAnswered"] {
  return (route, status, code) => {
    const method = "GET";
    meter.add("cc_docker_requests_total", { endpoint: route, method, status: String(status) });
    if (code) refusals.add(code);
    if (code) log.info({ method, route, status, code }, "request refused");
    else log.debug({ method, route, status }, "request answered");
  };
}

function wordRefusal(url: string, error: CcError): Refusal {
  const isRest = url.startsWith(`${REST_PREFIX}/`);
  const id = currentRequest()?.requestId;
  return {
    headers: {
      "content-type": isRest ? PROBLEM_TYPE : JSON_TYPE,
      ...problemHeaders(error),
      ...(id !== undefined && { [REQUEST_ID_HEADER]: id }),
    },
    body: JSON.stringify(isRest ? toProblem(error) : { error: toErrorShape(error) }),
  };
}
