import { EXIT_CODES } from "@cc-docker/protocol";
import type { Io } from "../io.ts";
import { mintToken } from "../server/mint-token.ts";

export type TokenInput = { sub: string; ttl: number };

export async function token({ sub, ttl }: TokenInput, { env, stdout }: Io): Promise<number> {
  await stdout.write(`${await mintToken(env, { owner: sub, ttlSeconds: ttl })}\n`);
  return EXIT_CODES.ok;
}
