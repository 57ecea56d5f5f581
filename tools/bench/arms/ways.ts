/** The ways to follow a session, as a subscriber asks for them. */
import type { Way } from "./fan-out.ts";

export const OURS: Record<string, (sessionId: string) => Way> = {
  "ours, tRPC SSE": (sessionId) => ({
    path: `/trpc/events.follow?input=${encodeURIComponent(JSON.stringify(toInput(sessionId)))}`,
  }),
  "ours, REST SSE": (sessionId) => ({ path: `/api/v1/sessions/${sessionId}/events/stream` }),
  "ours, tRPC WebSocket": (sessionId) => ({
    path: "/trpc",
    message: subscription("events.follow", toInput(sessionId)),
  }),
};

export function followStock(): object {
  return subscription("follow");
}

function toInput(sessionId: string): object {
  return { sessionId, lastEventId: 0 };
}

/** What tRPC's client says to subscribe over a WebSocket. */
function subscription(path: string, input?: object): object {
  return { id: 1, method: "subscription", params: { path, input } };
}
