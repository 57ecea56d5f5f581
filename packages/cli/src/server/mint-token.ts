import { readFile } from "node:fs/promises";
import { CcError } from "@cc-docker/protocol";
import { SignJWT } from "jose";
import type { Environment } from "../io.ts";
import { localFiles } from "./data-dir.ts";

/** A token that the gateway of this environment accepts. @throws CcError CONFIG_INVALID when its secret cannot be read */
export async function mintToken(env: Environment, { owner, ttlSeconds }: { owner: string; ttlSeconds: number }) {
  const secret = new TextEncoder().encode(await readSecret(env));
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ sub: owner, iat: now, exp: now + ttlSeconds }).setProtectedHeader({ alg: "HS256" }).sign(secret);
}

async function readSecret(env: Environment): Promise<string> {
  const given = env["JWT_SECRET"]?.trim();
  if (given) return given;
  const { secret } = localFiles(env);
  try {
    return (await readFile(secret, "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT")
      throw new CcError("SERVER_UNREACHABLE", `No gateway has run here yet: there is no ${secret}.`, { cause: error });
    const message = `The secret of a local gateway cannot be read: ${(error as Error).message}. Its first start makes one in DATA_DIR; JWT_SECRET names another.`;
    throw new CcError("CONFIG_INVALID", message, { cause: error });
  }
}
