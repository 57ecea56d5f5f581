/** The WebSocket of a session: prompts one way, what comes of them the other. */
import { CcError, toErrorShape } from "@cc-docker/protocol";
import { z } from "zod";
import { onAbort } from "../../../lib/on-abort.ts";
import { currentRequest } from "../../../lib/request-scope.ts";
import type { TextSocket } from "../../../lib/text-socket.ts";
import type { CallerLimits } from "../../caller-limits.ts";
import { CLOSE, closeFor, type Door, type Knock } from "../../doors.ts";
import type { Followed } from "../../follow.ts";
import { wordIssues } from "../convert.ts";
import type { RestDeps } from "../mount-rest.ts";
import { inputObject } from "../read-request.ts";
import { refusalOf } from "../refusal.ts";
import { REST_PREFIX, SOCKET_PATH } from "../table/route.ts";
import { readClientMessage, type Sender } from "./client-messages.ts";
import { PAGE_FRAMES, STREAM_FORMATS, systemMessage, wordError } from "./stream-messages.ts";

export type StreamDeps = Pick<RestDeps, "call" | "follow" | "inputOf" | "authenticate" | "translate"> & {
  callerLimits: CallerLimits;
  /** Told of everything that a message was refused for. */
  onRefused(error: CcError): void;
};

const Query = z.strictObject({
  /** The seq of the last event that is known; what is to come when absent. */
  after: z
    .string()
    .regex(/^\d{1,15}$/, "must be a whole number")
    .transform(Number)
    .optional(),
  format: z.enum(STREAM_FORMATS).default("messages"),
});
type Query = z.infer<typeof Query>;

export function createStreamDoor(deps: StreamDeps): Door {
  return {
    path: `${REST_PREFIX}${SOCKET_PATH}`,
    async enter(knock) {
      const { authorization, traceparent, gone, asRequest } = knock;
      const { owner, expiresInMs } = await deps.authenticate(authorization);
      const query = readQuery(knock);
      deps.callerLimits.takeSocket(owner, gone);
      const over = new AbortController();
      onAbort(gone, () => over.abort());
      const followed = await followSession(deps, knock, over);
      const sender = { sessionId: followed.sessionId, authorization, traceparent, signal: gone };
      return (socket) => {
        socket.closeIn(expiresInMs, CLOSE.tokenOver.code, CLOSE.tokenOver.reason);
        socket.onText((text) => asRequest(() => answer(deps, socket, sender, text)));
        void asRequest(() => relay(deps, socket, followed, query).finally(() => over.abort()));
        return async () => undefined; // what was asked is answered when the socket is idle
      };
    },
  };
}

function readQuery({ query }: Knock): Query {
  const parsed = Query.safeParse(Object.fromEntries(query));
  if (parsed.success) return parsed.data;
  throw new CcError("REQUEST_INVALID", wordIssues(Query, parsed.error));
}

function followSession(
  { follow, inputOf }: StreamDeps,
  { authorization, params }: Knock,
  over: AbortController,
): Promise<Followed> {
  const refuse = refusalOf(inputObject(inputOf, "events.follow"));
  return follow({ authorization, input: { sessionId: params["session_id"] }, over }).catch(refuse);
}

async function answer(deps: StreamDeps, socket: TextSocket, sender: Sender, text: string): Promise<void> {
  await socket.drained(); // who does not read is not listened to
  try {
    const { row, fields } = readClientMessage(text);
    const said = await row.take(fields, sender, deps);
    if (said) socket.send(JSON.stringify(said));
  } catch (error) {
    refuse(deps, socket, error);
  }
}

async function relay(
  deps: StreamDeps,
  socket: TextSocket,
  { lastSeq, deliver }: Followed,
  { after = lastSeq, format }: Query,
): Promise<void> {
  try {
    await deliver((page) => socket.write(() => PAGE_FRAMES[format](page)), after);
  } catch (error) {
    const { code } = refuse(deps, socket, error);
    closeFor(socket, code === "SESSION_NOT_FOUND" ? CLOSE.sessionGone : CLOSE.defect);
  }
}

function refuse({ translate, onRefused }: StreamDeps, socket: TextSocket, thrown: unknown): CcError {
  const error = translate(thrown);
  if (socket.gone.aborted) return error;
  onRefused(error);
  const data = { ...wordError(toErrorShape(error)), request_id: currentRequest()?.requestId };
  socket.send(JSON.stringify(systemMessage("error", data)));
  return error;
}
