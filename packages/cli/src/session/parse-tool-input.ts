import { CcError, isRecord, type ToolInput } from "@cc-docker/protocol";

/** @param what it is that somebody wrote, as in "--input". @throws CcError REQUEST_INVALID */
export function parseToolInput(what: string, text: string): ToolInput {
  const input = parseJson(text);
  if (isRecord(input)) return input;
  throw new CcError("REQUEST_INVALID", `${what} is not a JSON object: ${text.slice(0, 100)}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
