/** What a client may send to a session's socket: one row a kind of message. */
import { randomUUID } from "node:crypto";
import { CcError, type SessionId } from "@cc-docker/protocol";
import { isRecord, parseJson } from "../../../lib/json.ts";
import type { CallerHeaders } from "../../authenticate.ts";
import { fromRest } from "../convert.ts";
import type { RestDeps } from "../mount-rest.ts";
import { inputObject } from "../read-request.ts";
import { refusalOf } from "../refusal.ts";

/** Whose message it is, and on which session's socket. */
export type Sender = CallerHeaders & { sessionId: SessionId; signal: AbortSignal };
type Deps = Pick<RestDeps, "call" | "inputOf">;
type Fields = Record<string, unknown>;
export type ClientMessageRow = {
  meaning: string;
  /** @returns what is answered at once, if anything. @throws CcError that is answered */
  take(fields: Fields, sender: Sender, deps: Deps): Promise<object | undefined>;
};

export const CLIENT_MESSAGES = {
  prompt: {
    meaning:
      "`prompt`, and if you like `idempotency_key` and `timeout_seconds`. The prompt is queued, as by `POST …/chat`; sent again with the same key it is the same message, for ever.",
    async take(fields, { sessionId, ...caller }, deps) {
      const schema = inputObject(deps.inputOf, "chat.send").omit({ sessionId: true });
      const given = fromRest(schema, fields) as Fields;
      const input = { idempotencyKey: randomUUID(), ...given, sessionId };
      await deps.call("chat.send", input, caller).catch(refusalOf(schema));
      return undefined;
    },
  },
  ping: {
    meaning: "Is answered with `pong`.",
    async take(fields) {
      const [name] = Object.keys(fields);
      if (name !== undefined) throw new CcError("REQUEST_INVALID", `${name.slice(0, 200)}: there is no such field`);
      return { type: "pong" };
    },
  },
} as const satisfies Record<string, ClientMessageRow>;

/** @throws CcError REQUEST_INVALID */
export function readClientMessage(text: string): { row: ClientMessageRow; fields: Fields } {
  const { type, ...fields } = requireRecord(text);
  const kinds: Readonly<Record<string, ClientMessageRow>> = CLIENT_MESSAGES;
  const row = typeof type === "string" && Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  if (row) return { row, fields };
  const names = Object.keys(kinds).map((name) => `"${name}"`);
  throw new CcError("REQUEST_INVALID", `type: must be ${names.join(" or ")}`);
}

function requireRecord(text: string): Fields {
  const value = parseJson(text);
  if (isRecord(value)) return value;
  throw new CcError("REQUEST_INVALID", "The message must be a JSON object.");
}
