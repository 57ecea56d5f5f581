import type { Client } from "@cc-docker/client";
import { isCcError } from "@cc-docker/protocol";
import type { Environment } from "../io.ts";
import { connect, namedGateway } from "../server/connect.ts";
import { createTalk, type TalkDeps } from "./talk.ts";

export type Offer = TalkDeps & { env: Environment };

/**
 * A client of the gateway. Where none is named and none runs on this machine, the person is offered to have one made.
 * @returns `undefined` when the person does not want one
 * @throws CcError as `connect` and `firstRun`
 */
export async function connectOrOffer({ env, ...terminal }: Offer): Promise<Client | undefined> {
  try {
    return await connect(env);
  } catch (error) {
    if (namedGateway(env) !== undefined || !isCcError(error, "SERVER_UNREACHABLE")) throw error;
  }
  const { firstRun } = await import("./first-run.ts");
  const isThere = await firstRun({ env, talk: createTalk(terminal), signal: terminal.signal });
  return isThere ? connect(env) : undefined;
}
