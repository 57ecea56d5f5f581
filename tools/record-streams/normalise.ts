import type { Event } from "@cc-docker/client";

/** What no view shows, and what would make a recording large or different each time. */
const NOISE: ReadonlySet<string> = new Set([
  ...["uuid", "session_id", "user_message_uuid", "user_message_uuids", "request_id", "timestamp", "run_id", "end_time"],
  ...[
    "tools",
    "slash_commands",
    "terminal_slash_commands",
    "agents",
    "skills",
    "plugins",
    "mcp_servers",
    "capabilities",
  ],
  ...["modelUsage", "diagnostics", "signature", "memory_paths", "output_file", "outputFile"],
]);
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
const IDS = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(msg|toolu)_[0-9a-zA-Z]+|\ba[0-9a-f]{16}\b/g;
const FIRST_MOMENT = Date.parse("2026-01-01T00:00:00.000Z");

/** A log with ids that count, times since its first event, and without what is noise in Claude Code's messages. */
export function normalise(events: readonly Event[]): Event[] {
  const startMs = Date.parse(events[0]?.at ?? "");
  const ids = new Map<string, string>();
  const countId = (id: string, prefix: string | undefined) => {
    const known = ids.get(id) ?? nameId(ids.size + 1, prefix);
    ids.set(id, known);
    return known;
  };
  return events.map((event) => {
    const quiet = JSON.stringify(event, (name, value: unknown) => (NOISE.has(name) ? undefined : value));
    const timed = quiet.replace(TIME, (time) => new Date(Date.parse(time) - startMs + FIRST_MOMENT).toISOString());
    return JSON.parse(timed.replace(IDS, (id, prefix?: string) => countId(id, prefix))) as Event;
  });
}

/** Of the form the id had: programs check it. */
function nameId(count: number, prefix: string | undefined): string {
  if (prefix !== undefined) return `${prefix}_${count}`;
  return `00000000-0000-4000-8000-${String(count).padStart(12, "0")}`;
}
