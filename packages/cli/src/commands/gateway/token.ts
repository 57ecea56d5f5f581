import { InvalidArgumentError, Option } from "commander";
import { defineCommand, type Json } from "../../command.ts";
import type { Io } from "../../io.ts";
import { printResult } from "../../output/print-result.ts";
import { parseTtl } from "../../parse-ttl.ts";
import { mintToken } from "../../server/mint-token.ts";

type TokenInput = { sub: string; ttl: number } & Json;

export const tokenCommand = defineCommand<TokenInput>({
  name: "token",
  group: "gateway",
  summary: "print a token for the local gateway",
  details: "It is signed with the secret in DATA_DIR, or with JWT_SECRET. The gateway itself issues none.",
  options: [
    new Option("--sub <name>", "whose token it is: the owner of what it creates")
      .argParser(parseOwner)
      .makeOptionMandatory(),
    new Option("--ttl <time>", "how long it holds: 45s, 15m, 12h, 30d")
      .argParser(parseTtl)
      .default(parseTtl("30d"), "30d"),
  ],
  json: 'print `{"token", "sub", "ttlSeconds"}`',
  examples: [{ line: "ccd token --sub ann --ttl 12h", does: "for a program that acts as ann today" }],
  run: token,
});

/** @throws InvalidArgumentError where no gateway would take the token */
function parseOwner(text: string): string {
  if (text.trim() !== "") return text;
  throw new InvalidArgumentError("A token without an owner is refused by every gateway: give a name.");
}

async function token({ sub, ttl: ttlSeconds, json }: TokenInput, io: Io): Promise<number> {
  const text = await mintToken(io.env, { owner: sub, ttlSeconds });
  return printResult(io, { json, value: { token: text, sub, ttlSeconds }, line: text });
}
