/**
 * The procedures over a WebSocket, for the stock `wsLink`. Who calls comes in the connection params, as
 * `{ authorization: "Bearer JWT", traceparent: "00-…" }`, or as with any request.
 */
import { type CcError, isCcError } from "@cc-docker/protocol";
import type { TextSocket } from "../../../lib/text-socket.ts";
import type { CallerHeaders } from "../../authenticate.ts";
import { CLOSE, closeFor, type Door, type Knock } from "../../doors.ts";
import { TRPC_PREFIX } from "../root-router.ts";
import type { SharedContext } from "../trpc.ts";
import { type Calls, createCalls } from "./calls.ts";
import { readHello } from "./read-messages.ts";
import { createWords, type TellRefusal } from "./words.ts";

export type TrpcDoorDeps = SharedContext & {
  /** Told of everything that a caller was refused. */
  onError: TellRefusal;
  /** How long a socket may go without a valid token, in milliseconds. */
  helloWithinMs: number;
};

type Greeted = Calls & { isKnown: Promise<boolean> };

/** Of one who has no valid token yet nothing longer is read: a token fits, and to look at it costs nothing. */
const MAX_UNKNOWN_LENGTH = 64 * 1024;

export function createTrpcDoor({ onError, helloWithinMs, ...shared }: TrpcDoorDeps): Door {
  const words = createWords(onError);
  const { code, reason } = CLOSE.tokenOver;

  async function admit(socket: TextSocket, authorization: string | undefined): Promise<void> {
    const { owner, expiresInMs } = await shared.authenticate(authorization);
    shared.callerLimits.takeSocket(owner, socket.gone);
    socket.closeIn(expiresInMs, code, reason);
  }

  /** Who has no valid token is told so with each call, until its time is over. */
  function greet(socket: TextSocket, caller: CallerHeaders, asRequest: Knock["asRequest"]): Greeted {
    const isKnown = admit(socket, caller.authorization).then(
      () => true,
      (error: unknown) => {
        if (isCcError(error) && error.code === "SOCKET_LIMIT_REACHED") turnAway(socket, error);
        return false;
      },
    );
    return { isKnown, ...createCalls({ socket, words, asRequest }, { ...shared, ...caller }) };
  }

  function turnAway(socket: TextSocket, error: CcError): void {
    socket.send(words.refuse({ id: null }, error));
    closeFor(socket, CLOSE.tooMany);
  }

  async function hear(socket: TextSocket, text: string, greeted: Greeted | undefined): Promise<void> {
    if (text.length <= MAX_UNKNOWN_LENGTH || (await greeted?.isKnown)) await greeted?.hear(text);
    else closeFor(socket, CLOSE.tokenOver);
  }

  return {
    path: TRPC_PREFIX,
    async enter({ query, authorization, traceparent, asRequest }) {
      return (socket) => {
        socket.closeIn(helloWithinMs, code, reason);
        const isToSay = query.get("connectionParams") === "1";
        let greeted = isToSay ? undefined : greet(socket, { authorization, traceparent }, asRequest);
        socket.onText(async (text) => {
          await socket.drained(); // who does not read is not listened to
          if (text === "PING") socket.send("PONG");
          else if (greeted || text.length > MAX_UNKNOWN_LENGTH) await hear(socket, text, greeted);
          else greeted = greet(socket, { traceparent, ...readHello(text) }, asRequest);
        });
        return async () => greeted?.settled();
      };
    },
  };
}
