/** A gateway of made-up sessions: their logs hold what a test has happen in them, and followers get it at once. */
import { EventEmitter, once } from "node:events";
import type { Client, Event, EventType, Session, SessionId } from "@cc-docker/client";
import { CcError, endsTurn } from "@cc-docker/protocol";
import { type App, createApp } from "./app.ts";

export type FakeGateway = ReturnType<typeof createFakeGateway>;

const AT = "2026-01-01T00:00:00Z";
const BASE = { config: {}, workspace: { type: "ephemeral" }, costUsd: 0, createdAt: AT, updatedAt: AT };

/** `row`: what the list says of it, otherwise than of all. */
type Log = { events: Event[]; lastSeq: number; turnCount: number; row: Partial<Session> };

export function createFakeGateway() {
  const logs = new Map<SessionId, Log>();
  const following = new Map<SessionId, number>();
  const news = new EventEmitter();
  let isAway = false;
  news.setMaxListeners(0);

  function toSession([id, { lastSeq, turnCount, row }]: [SessionId, Log]): Session {
    return { ...BASE, id, status: "idle", lastSeq, turnCount, ...row } as unknown as Session;
  }

  function requireLog(id: SessionId): Log {
    const log = logs.get(id);
    if (!log) throw new CcError("SESSION_NOT_FOUND", `There is no session ${id}.`);
    return log;
  }

  function create(id: string, row: Partial<Session> = {}): SessionId {
    logs.set(id as SessionId, { events: [], lastSeq: 0, turnCount: 0, row });
    return id as SessionId;
  }

  function append(id: SessionId, type: EventType, data: unknown = {}, turnId = "turn"): void {
    const log = requireLog(id);
    log.lastSeq += 1;
    if (endsTurn(type)) log.turnCount += 1;
    log.events.push({ seq: log.lastSeq, sessionId: id, type, turnId, at: AT, data } as unknown as Event);
    news.emit(id);
  }

  /** Leaves nothing of the log but its numbers: memory that is not the UI's. */
  function compact(id: SessionId): void {
    requireLog(id).events = [];
  }

  function ask(id: SessionId, approvalId: string, kind: "tool" | "question"): void {
    append(id, "approval.requested", { approval: { id: approvalId, kind, toolName: "Bash", input: {} } });
  }

  /** The agent says something, and its turn ends. */
  function say(id: SessionId, text: string): void {
    append(id, "agent.assistant", { message: { id: `m${requireLog(id).lastSeq}`, content: [{ type: "text", text }] } });
    append(id, "turn.completed");
  }

  async function* followEvents({ sessionId, signal }: { sessionId: SessionId; signal: AbortSignal }) {
    following.set(sessionId, (following.get(sessionId) ?? 0) + 1);
    try {
      for (let seq = 0; !signal.aborted; ) {
        const { events, lastSeq } = requireLog(sessionId);
        for (const event of events.slice(-(lastSeq - seq) || events.length)) if (!signal.aborted) yield event;
        seq = lastSeq;
        if (requireLog(sessionId).lastSeq === seq) await once(news, sessionId, { signal }).catch(() => {}); // closed
      }
    } finally {
      following.delete(sessionId);
    }
  }

  async function list() {
    if (isAway) throw new CcError("SERVER_UNREACHABLE", "There is no gateway at http://127.0.0.1:8080.");
    return { sessions: [...logs].map(toSession).toReversed() };
  }

  async function listEvents({ sessionId, after, limit }: { sessionId: SessionId; after: number; limit: number }) {
    return { events: requireLog(sessionId).events.slice(after, after + limit) };
  }

  const client = {
    sessions: { list: { query: list } },
    approvals: { list: { query: async () => ({ approvals: [] }) } },
    events: { list: { query: listEvents } },
    followEvents,
  } as unknown as Client;

  function remove(id: SessionId): void {
    logs.delete(id);
    news.emit(id);
  }

  /** Nothing is answered any more. */
  const goAway = () => void (isAway = true);

  return { client, goAway, create, append, compact, ask, say, remove, following: () => new Set(following.keys()) };
}

/** The UI on such a gateway, with a history of its own. */
export function createAppOn({ client }: FakeGateway, signal: AbortSignal): App {
  const history = { all: () => [], add: () => {}, listen: () => {} };
  const editOutside = async () => undefined;
  return createApp({ ...{ client, history, directory: "/here", signal, editOutside }, onQuit: () => {} });
}
