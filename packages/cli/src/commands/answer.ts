/** `ccd allow` and `ccd deny`: the answer to what an agent asks. */
import { CcError, EXIT_CODES, ToolInput } from "@cc-docker/protocol";
import type { Io } from "../io.ts";
import { connect } from "../server/connect.ts";

export type AllowInput = { approval: string; input?: string };
export type DenyInput = { approval: string; message?: string | undefined };

export async function allow({ approval: approvalId, input }: AllowInput, io: Io): Promise<number> {
  const updatedInput = input === undefined ? undefined : parseInput(input);
  const client = await connect(io.env);
  const answer = { approvalId, decision: "allow", ...(updatedInput && { updatedInput }) } as const;
  return say(await client.approvals.answer.mutate(answer, { signal: io.signal }), io);
}

export async function deny({ approval: approvalId, message }: DenyInput, io: Io): Promise<number> {
  const client = await connect(io.env);
  const answer = { approvalId, decision: "deny", ...(message !== undefined && { message }) } as const;
  return say(await client.approvals.answer.mutate(answer, { signal: io.signal }), io);
}

async function say({ id, state }: { id: string; state: string }, { stdout }: Io): Promise<number> {
  await stdout.write(`${id} ${state}\n`);
  return EXIT_CODES.ok;
}

/** @throws CcError REQUEST_INVALID */
function parseInput(text: string): ToolInput {
  try {
    return ToolInput.parse(JSON.parse(text));
  } catch (cause) {
    const message = `--input is not a JSON object: ${text.slice(0, 100)}`;
    throw new CcError("REQUEST_INVALID", message, { cause });
  }
}
