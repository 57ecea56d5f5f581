import { readFile } from "node:fs/promises";
import { CcError } from "@cc-docker/protocol";
import type { Environment } from "../io.ts";
import { localFiles } from "./data-dir.ts";
import { signToken } from "./sign-token.ts";

/** A token that the gateway of this environment takes. @throws CcError CONFIG_INVALID when its secret cannot be read */
export async function mintToken(env: Environment, { owner, ttlSeconds }: { owner: string; ttlSeconds: number }) {
  return signToken({ secret: await readSecret(env), sub: owner, ttlSeconds });
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
