/** Every operation of REST that the gateway's own document knows. */
import { hideIds, type Ids, namesIn, type Way } from "./everything.ts";

type Row = { query?: (ids: Ids) => Record<string, string>; body?: (ids: Ids) => object };

const ofSession: Row["query"] = ({ sessionId }) => ({ session_id: sessionId });
const ofMessage: Row["body"] = ({ turnId }) => ({ message_id: turnId });

/** What is sent beside the path; more rows where an operation calls more than one procedure. */
const ROWS: Readonly<Record<string, readonly [Row, ...Row[]]>> = {
  "POST /sessions": [{}],
  "GET /sessions": [{}],
  "GET /sessions/{session_id}": [{}],
  "PATCH /sessions/{session_id}": [{ body: () => ({ name: "mine" }) }],
  "GET /sessions/{session_id}/stats": [{}],
  "POST /sessions/{session_id}/pause": [{}],
  "POST /sessions/{session_id}/resume": [{}],
  "POST /sessions/{session_id}/fork": [{ body: ofMessage }],
  "POST /sessions/{session_id}/stop": [{}],
  "DELETE /sessions/{session_id}": [{}],
  "POST /sessions/{session_id}/chat": [
    { body: () => ({ prompt: "say: x" }) },
    { body: () => ({ prompt: "say: x", stream: true }) },
  ],
  "GET /sessions/{session_id}/messages/{message_id}": [{}],
  "POST /sessions/{session_id}/interrupt": [{ body: ofMessage }],
  "GET /sessions/{session_id}/events": [{}],
  "GET /sessions/{session_id}/events/stream": [{}],
  "GET /approvals": [{ query: ofSession }],
  "GET /approvals/{approval_id}": [{}],
  "POST /approvals/{approval_id}/answer": [{ body: () => ({ decision: "allow" }) }],
  "GET /audit": [{ query: ofSession }],
  "GET /limits": [{}],
};
/** Whom anybody may ask. */
const PUBLIC = ["GET /health"];

type Document = { paths: Record<string, Record<string, { security?: [] }>> };

/** @param url where the gateway is. @throws when it has an operation that has no row here, or a row has none */
export async function operationWays(url: string): Promise<Way[]> {
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as Document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security }]) => ({
      name: `${method.toUpperCase()} ${path}`,
      isPublic: security?.length === 0,
    })),
  );
  requireSame(
    operations.filter(({ isPublic }) => isPublic).map(({ name }) => name),
    PUBLIC,
  );
  requireSame(
    operations.filter(({ isPublic }) => !isPublic).map(({ name }) => name),
    Object.keys(ROWS),
  );
  return Object.entries(ROWS).flatMap(([name, rows]) => rows.map((row) => toWay(url, name, row)));
}

function requireSame(found: readonly string[], expected: readonly string[]): void {
  const isInBoth = (name: string) => found.includes(name) && expected.includes(name);
  const odd = [...found, ...expected].filter((name) => !isInBoth(name));
  if (odd.length > 0)
    throw new Error(`only in the gateway's document, or only in the rows of this file: ${odd.join(", ")}`);
}

function toWay(base: string, name: string, { query, body }: Row): Way {
  const [method = "", path = ""] = name.split(" ");
  return {
    name,
    names: namesIn((ids) => fillPath(path, ids) + JSON.stringify([query?.(ids), body?.(ids)])),
    refused: 401,
    async ask(ids, token) {
      const url = new URL(`/api/v1${fillPath(path, ids)}`, base);
      for (const [key, value] of Object.entries(query?.(ids) ?? {})) url.searchParams.set(key, value);
      const response = await fetch(url, {
        method,
        headers: {
          "x-request-id": "same",
          ...(token && { authorization: `Bearer ${token}` }),
          ...(body && { "content-type": "application/json" }),
        },
        ...(body && { body: JSON.stringify(body(ids)) }),
      });
      const { status, headers } = response;
      return { status, type: headers.get("content-type"), body: hideIds(await response.text(), ids) };
    },
  };
}

function fillPath(path: string, { sessionId, turnId, approvalId }: Ids): string {
  return path.replace("{session_id}", sessionId).replace("{message_id}", turnId).replace("{approval_id}", approvalId);
}
