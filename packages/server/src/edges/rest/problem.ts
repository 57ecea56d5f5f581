/** Refusals as RFC 9457 has them, with the words of the error table. */
import { CcError, ERRORS, type ErrorCode } from "@cc-docker/protocol";
import { z } from "zod";
import { renameWords } from "./table/names.ts";

const RETRY = ["never", "later", "safe", "unknown"] as const;

export const Problem = z
  .looseObject({
    type: z.string().describe("Where the code is explained."),
    title: z.string().describe("The code in words."),
    status: z.int().describe("The answer's HTTP status."),
    detail: z.string().describe("What happened, with the value."),
    code: z.string().describe("A code of the error table."),
    hint: z.string().describe("What to do about it."),
    retry: z.enum(RETRY).describe("Whether the same request may be made again."),
    request_id: z
      .string()
      .optional()
      .describe("Of the refused request, as in the header `x-request-id`; not where a stream that has begun breaks."),
  })
  .describe("A refusal, as RFC 9457 has them, with the words of the error table.");
export type Problem = z.infer<typeof Problem>;

export const PROBLEM_TYPE = "application/problem+json";

/** An error that has more to tell than its code and message. */
export class RestError extends CcError {
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, extra: Readonly<Record<string, unknown>>) {
    super(code, message);
    this.extra = extra;
  }
}

export function toProblem(error: CcError): Problem {
  const { code, message: detail } = error;
  const { http: status, hint, retry } = ERRORS[code];
  const extra = error instanceof RestError ? error.extra : {};
  return {
    type: `/docs#${code}`,
    title: titleOf(code),
    status,
    detail,
    code,
    hint: renameWords(hint),
    retry,
    ...extra,
  };
}

export function problemHeaders({ code, retryAfterSeconds: seconds }: CcError): Record<string, string> {
  return {
    ...(seconds !== undefined && { "retry-after": String(seconds) }),
    ...(ERRORS[code].http === 401 && { "www-authenticate": "Bearer" }),
    ...(code === "UPGRADE_REQUIRED" && { upgrade: "websocket" }),
  };
}

export function titleOf(code: ErrorCode): string {
  const words = code.toLowerCase().replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
