/** From the environment to a client: the gateway that is named there, else the one that runs on this machine. */
import { userInfo } from "node:os";
import { type Client, createClient } from "@cc-docker/client";
import { CcError } from "@cc-docker/protocol";
import type { Environment } from "../io.ts";
import { httpFetch } from "./http-fetch.ts";
import { findLocalGateway } from "./local-gateway.ts";

/** Made anew for every request, so it may be short. */
const TOKEN_SECONDS = 3600;

/** @throws CcError SERVER_UNREACHABLE when no gateway is named and none runs here, TOKEN_MISSING, CONFIG_INVALID */
export async function connect(env: Environment): Promise<Client> {
  const url = namedGateway(env);
  const token = env["CC_DOCKER_TOKEN"]?.trim();
  if (url && token) return createClient({ url, token, fetch: httpFetch });
  if (url) throw new CcError("TOKEN_MISSING", "CC_DOCKER_URL is set and CC_DOCKER_TOKEN is not.");
  const { url: found } = await findLocalGateway(env);
  return createClient({ url: found, token: token || (() => mintOwn(env)), fetch: httpFetch });
}

/** The gateway that the environment names; without one it is that of this machine. */
export function namedGateway(env: Environment): string | undefined {
  return env["CC_DOCKER_URL"]?.trim() || undefined;
}

async function mintOwn(env: Environment): Promise<string> {
  const { mintToken } = await import("./mint-token.ts");
  return mintToken(env, { owner: ownName(), ttlSeconds: TOKEN_SECONDS });
}

/** Accounts without a name exist, in containers for one. */
function ownName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 0}`;
  }
}
