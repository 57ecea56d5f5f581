/** How long `ccd` waits for a gateway that says nothing. Which calls may take long is for the gateway to promise. */

/** What only looks. */
const QUERY_MS = 10_000;
/** What changes something: a container may be ended meanwhile. */
const MUTATION_MS = 30_000;

/** In milliseconds, of the calls with a limit of their own. */
const LIMITS: ReadonlyMap<string, number> = new Map([
  ["sessions.fork", 300_000], // files are copied
  ["chat.ask", Number.POSITIVE_INFINITY], // answers when the turn has ended
  ["events.follow", Number.POSITIVE_INFINITY], // a stream, whose reader has a limit for its silence
]);

/** As documents tell it. */
export const ANSWER_LIMITS = [
  `A gateway that takes a call and says nothing is waited for: ${QUERY_MS / 1000} s for what only looks, ${MUTATION_MS / 1000} s for what changes something,`,
  `${(LIMITS.get("sessions.fork") ?? 0) / 60_000} minutes for a fork. Then the command ends with SERVER_UNREACHABLE. An answer that comes, however slowly, and a turn have`,
  "no such limit. Ctrl-C ends the wait at once, but for a session that is being made: its answer is waited for a second more.",
];

/** @returns for how many milliseconds nothing may come; `undefined` where there is no limit */
export function silenceLimitOf(url: URL, method: string): number | undefined {
  const [, calls = ""] = url.pathname.split("/trpc/");
  const usual = method === "GET" ? QUERY_MS : MUTATION_MS;
  const longest = Math.max(...calls.split(",").map((call) => LIMITS.get(call) ?? usual));
  return Number.isFinite(longest) ? longest : undefined;
}
