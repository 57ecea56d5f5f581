import type { World } from "../world.ts";

const PAGE = 1000;

/** One subscriber more: who reads each log from its beginning, page by page, when all is over. */
export async function readLogs({ client, history, watches, signal }: World): Promise<void> {
  for (const sessionId of watches.keys()) {
    for (let after = 0; ; ) {
      const { events } = await client.events.list.query({ sessionId, after, limit: PAGE }, { signal });
      for (const event of events) history.delivered(`reader ${sessionId}`, event);
      after = events.at(-1)?.seq ?? after;
      if (events.length < PAGE) break;
    }
  }
}
