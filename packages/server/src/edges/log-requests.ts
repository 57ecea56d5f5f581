/** A line a request: at DEBUG, and at INFO when it was refused. Of paths it says the template, of bodies nothing. */
import type { ErrorCode } from "@cc-docker/protocol";
import type { FastifyInstance } from "fastify";
import type { CoreMeter } from "../core/core.ts";
import type { Logger } from "../lib/logger.ts";
import type { EndpointOf } from "./count-requests.ts";
import { logFieldsOf } from "./request-ids.ts";

export type Refusals = {
  /** Counts a refusal, and keeps its code for the request's line. */
  add(code: ErrorCode, request?: object): void;
  of(request: object): ErrorCode | undefined;
};

export function createRefusals(meter: CoreMeter): Refusals {
  const codes = new WeakMap<object, ErrorCode>();
  return {
    add(code, request) {
      meter.add("cc_docker_refusals_total", { code });
      if (request) codes.set(request, code);
    },
    of: (request) => codes.get(request),
  };
}

export type LogRequestsDeps = { log: Logger; refusals: Refusals; endpointOf: EndpointOf };

export function logRequests(app: FastifyInstance, { log, refusals, endpointOf }: LogRequestsDeps): void {
  app.addHook("onResponse", (request, reply, done) => {
    const code = refusals.of(request);
    const fields = {
      ...logFieldsOf(request),
      method: request.method,
      route: endpointOf(request),
      status: reply.raw.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      ...(code && { code }),
    };
    if (code) log.info(fields, "request refused");
    else log.debug(fields, "request answered");
    done();
  });
}
