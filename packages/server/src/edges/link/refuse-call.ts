/** What an agent is answered when its call got no answer of the model. */
import type { ServerResponse } from "node:http";
import { CcError, ERRORS, isCcError } from "@cc-docker/protocol";

/** What is no error of ours kept the call from reaching the model. */
export function toRefusal(error: unknown): CcError {
  if (isCcError(error)) return error;
  const { message } = error as Error;
  return new CcError("MODEL_UNREACHABLE", `The gateway cannot reach the model: ${message}`, { cause: error });
}

/** In the shape of the model's own errors, so that the agent shows the message. */
export function refuseCall(response: ServerResponse, { code, message }: CcError): void {
  const status = code === "MODEL_RATE_LIMITED" ? 429 : ERRORS[code].http;
  response.writeHead(status, {
    "content-type": "application/json",
    "x-should-retry": status === 502 ? "true" : "false",
  });
  const type = status === 429 ? "rate_limit_error" : code.toLowerCase();
  response.end(JSON.stringify({ type: "error", error: { type, message } }));
}
