import { toFailure } from "../output/describe-error.ts";

/** What was looked at, and what mends it: `warn` is not as it should be and harms nothing yet. */
export type Finding = { level: "ok" | "warn" | "FAIL"; what: string; fix?: string };

/** What `act` gives, or what kept it from that as a finding. */
export async function attempt<T>(act: () => Promise<T>): Promise<T | Finding> {
  try {
    return await act();
  } catch (error) {
    const { code, message, hint } = toFailure(error);
    return { level: "FAIL", what: `${code}: ${message}`, fix: hint };
  }
}
