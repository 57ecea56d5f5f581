/** What is no HTTP, or too much of it, never becomes a request: it is answered on its socket, in the table's words. */
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { describeError } from "@cc-docker/protocol";
import { JSON_TYPE } from "../lib/json.ts";
import { newRequestId } from "./request-ids.ts";

/** `reason`: what Node calls it. */
export type BrokenRequest = { requestId: string; status: number; reason: string };

const REASONS: Readonly<Record<string, { status: number; message: string }>> = {
  HPE_HEADER_OVERFLOW: { status: 431, message: "The request's line and headers have more than 16 KiB." },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, message: "The request was not sent in time." },
};
const NO_HTTP = { status: 400, message: "What was sent is not HTTP/1.1." };

/** `onRefused` hears each that was answered, with the id that its answer names. */
export function createAnswerBrokenRequest(onRefused: (refused: BrokenRequest) => void) {
  return ({ code = "" }: Error & { code?: string }, socket: Socket): void => {
    if (code === "ECONNRESET" || !socket.writable) {
      socket.destroy();
      return;
    }
    const { status, message } = REASONS[code] ?? NO_HTTP;
    const refused = { requestId: newRequestId(), status, reason: code };
    socket.end(toAnswer(refused, message));
    onRefused(refused);
  };
}

function toAnswer({ requestId, status }: BrokenRequest, message: string): string {
  const body = JSON.stringify({ error: describeError("REQUEST_INVALID", message) });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${JSON_TYPE}`,
    `X-Request-Id: ${requestId}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}
