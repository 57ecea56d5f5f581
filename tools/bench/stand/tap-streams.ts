/**
 * Looks at the numbers in a client's event streams as they come from the wire: what the client would put right counts
 * too.
 */

export type StreamTap = {
  /** For `createClient`. */
  fetch: typeof globalThis.fetch;
  /** Of all streams so far, each from the cursor that it was asked for. */
  readonly gaps: number;
  readonly duplicates: number;
  /** When the newest stream of the session was there. */
  openedAt: (sessionId: string) => number;
};

type FollowInput = { sessionId: string; lastEventId: number };

const PATH = "/trpc/events.follow";

export function createStreamTap(): StreamTap {
  const counts = { gaps: 0, duplicates: 0 };
  const openedAt = new Map<string, number>();

  async function tapped(...[input, init]: Parameters<typeof globalThis.fetch>): Promise<Response> {
    const response = await fetch(input, init);
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.pathname !== PATH || !response.ok || !response.body) return response;
    const { sessionId, lastEventId } = JSON.parse(url.searchParams.get("input") ?? "{}") as FollowInput;
    openedAt.set(sessionId, performance.now());
    return new Response(response.body.pipeThrough(look(lastEventId)), response);
  }

  function look(after: number): TransformStream<Uint8Array, Uint8Array> {
    const decoder = new TextDecoder();
    let [cursor, rest] = [after, ""];
    return new TransformStream({
      transform(chunk, controller) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) if (line.startsWith("id: ")) cursor = count(cursor, Number(line.slice(4)));
        controller.enqueue(chunk);
      },
    });
  }

  function count(cursor: number, seq: number): number {
    if (seq <= cursor) counts.duplicates += 1;
    if (seq > cursor + 1) counts.gaps += 1;
    return Math.max(cursor, seq);
  }

  return {
    fetch: tapped,
    openedAt: (sessionId) => openedAt.get(sessionId) ?? 0,
    get gaps() {
      return counts.gaps;
    },
    get duplicates() {
      return counts.duplicates;
    },
  };
}
