/**
 * The request that is being answered just now, for whoever logs or records something meanwhile: what is begun for a
 * request, also what goes on in the background after its answer, is found in its scope.
 */
import { createScope } from "./scope.ts";

export type RequestScope = {
  readonly requestId: string;
  /** Of who sent it, as the listener sees it. */
  readonly remoteAddress?: string | undefined;
  /** Every log line of the request carries them, by the names they have there. */
  readonly logFields: Readonly<Record<string, string>>;
};

const scopes = createScope<RequestScope>();

/** `undefined` for what no request has begun. */
export function currentRequest(): RequestScope | undefined {
  return scopes.current();
}

/** Runs `work`, with all that it begins, in the request's scope. */
export function inRequest<T>(scope: RequestScope, work: () => T): T {
  return scopes.run(scope, work);
}

/** Runs `work` with more fields in its log lines; outside of a request just runs it. */
export function withLogFields<T>(fields: Readonly<Record<string, string>>, work: () => T): T {
  const scope = scopes.current();
  if (!scope || Object.entries(fields).every(([name, value]) => scope.logFields[name] === value)) return work();
  return scopes.run({ ...scope, logFields: { ...scope.logFields, ...fields } }, work);
}
