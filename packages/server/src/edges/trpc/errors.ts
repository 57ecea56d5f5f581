/** How errors leave the API over tRPC. */
import { describeError, ERRORS, type ErrorShape, isCcError, toErrorShape } from "@cc-docker/protocol";
import { TRPCError } from "@trpc/server";
import { ZodError } from "zod";

/** What a caller was refused, and of what call. */
export type TrpcRefusal = { error: TRPCError; path: string | undefined; input: unknown };

type ResponseMeta = { status?: number; headers?: Record<string, string> };

/** tRPC's word for each status of the error table. */
const CODES = {
  400: "BAD_REQUEST",
  401: "UNAUTHORIZED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  405: "METHOD_NOT_SUPPORTED",
  409: "CONFLICT",
  413: "PAYLOAD_TOO_LARGE",
  426: "BAD_REQUEST", // no procedure asks for it
  429: "TOO_MANY_REQUESTS",
  415: "UNSUPPORTED_MEDIA_TYPE",
  500: "INTERNAL_SERVER_ERROR",
  502: "BAD_GATEWAY",
  503: "SERVICE_UNAVAILABLE",
  504: "GATEWAY_TIMEOUT",
  507: "SERVICE_UNAVAILABLE", // tRPC has no word for it; `metaOf` gives the status itself
} as const;

/** An error of the table under its HTTP status; anything else as it is, which makes it a defect. */
export function toTrpcError(cause: unknown): unknown {
  if (!isCcError(cause)) return cause;
  return new TRPCError({ code: CODES[ERRORS[cause.code].http], message: cause.message, cause });
}

/** The row's own status, where one call was made and failed, and when to try again. */
export function metaOf(paths: readonly unknown[] | undefined, [error]: readonly TRPCError[]): ResponseMeta {
  if (paths?.length !== 1 || !isCcError(error?.cause)) return {};
  const { code, retryAfterSeconds: seconds } = error.cause;
  return { status: ERRORS[code].http, ...(seconds !== undefined && { headers: { "retry-after": String(seconds) } }) };
}

/** What a caller is told. */
export function toPublicError({ code, cause, message }: TRPCError): ErrorShape {
  if (isCcError(cause)) return toErrorShape(cause);
  if (cause instanceof ZodError) return describeError("REQUEST_INVALID", describeIssues(cause));
  if (code === "NOT_FOUND") return describeError("ROUTE_NOT_FOUND", message);
  if (code === "PAYLOAD_TOO_LARGE") return describeError("BODY_TOO_LARGE", message);
  if (code === "INTERNAL_SERVER_ERROR") return describeError("INTERNAL", "Something went wrong inside the gateway.");
  return describeError("REQUEST_INVALID", message);
}

function describeIssues({ issues }: ZodError): string {
  return issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join(".") || "input"}: ${message}`)
    .join("; ")
    .slice(0, 1000);
}
