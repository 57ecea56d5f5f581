/** What a procedure refuses, for who knows it by the names of REST. */
import { CcError, isCcError } from "@cc-docker/protocol";
import { ZodError, type z } from "zod";
import { wordIssues } from "./convert.ts";
import { renameWords } from "./table/names.ts";

/**
 * @param schema what the procedure takes
 * @throws (the returned function) CcError; a defect as it is
 */
export function refusalOf(schema: z.ZodType): (error: unknown) => never {
  return (error) => {
    if (error instanceof ZodError) throw new CcError("REQUEST_INVALID", wordIssues(schema, error));
    throw isCcError(error) ? reword(error) : error;
  };
}

function reword(error: CcError): CcError {
  const { code, message, retryAfterSeconds } = error;
  const when = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return new CcError(code, renameWords(message), { cause: error, ...when });
}
