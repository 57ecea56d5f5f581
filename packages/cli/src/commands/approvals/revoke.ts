/** `ccd revoke`: what was allowed for good is asked about again. */
import { CcError } from "@cc-docker/protocol";
import { Option } from "commander";
import { defineCommand, type Json, type OneSession, sessionArgument } from "../../command.ts";
import type { Io } from "../../io.ts";
import { printResult } from "../../output/print-result.ts";
import { connect } from "../../server/connect.ts";
import { findSession } from "../../session/find-session.ts";

type RevokeInput = OneSession & { rule?: string } & Json;

export const revokeCommand = defineCommand<RevokeInput>({
  name: "revoke",
  group: "approvals",
  summary: "have an agent ask again about what was allowed for good",
  details: "All of it, or one rule of those that `ccd show` lists. It holds from the agent's next tool call on.",
  arguments: [sessionArgument()],
  options: [new Option("--rule <rule>", "only this one")],
  json: "print the session as a line of JSON",
  examples: [
    { line: "ccd revoke 3d9a", does: "have it ask about everything again" },
    { line: "ccd revoke --rule 'Bash(npm test *)' 3d9a", does: "about this again" },
  ],
  run: revoke,
});

async function revoke({ session: named, rule, json }: RevokeInput, io: Io): Promise<number> {
  const client = await connect(io.env);
  const sessionId = await findSession(client, named, io);
  const { allowedRules = [] } = await client.sessions.get.query({ sessionId }, { signal: io.signal });
  const revoked = rule === undefined ? allowedRules : [requireRule(rule, allowedRules)];
  const kept = allowedRules.filter((one) => !revoked.includes(one));
  const session = await client.sessions.update.mutate({ sessionId, allowedRules: kept }, { signal: io.signal });
  const line = revoked.length === 0 ? "nothing was allowed for good" : `asks again about ${revoked.join(", ")}`;
  return printResult(io, { json, value: session, line: `${session.id} ${line}` });
}

function requireRule(rule: string, allowedRules: readonly string[]): string {
  if (allowedRules.includes(rule)) return rule;
  const known = allowedRules.length === 0 ? "nothing is" : `what is: ${allowedRules.join(", ")}`;
  throw new CcError("REQUEST_INVALID", `"${rule}" is not allowed for good in this session; ${known}.`);
}
