/** What happened in instances, as nobody but this world saw it: core is judged by it. */
import type {
  AgentSessionId,
  ApprovalAnswer,
  OutboxItem,
  SessionId,
  TranscriptEntry,
  TurnId,
} from "@cc-docker/protocol";
import type { VirtualClock } from "./virtual-clock.test-helper.ts";

export type ToolDecision = { turnId: TurnId; step: number; decision: ApprovalAnswer["decision"] };

/** An agent has begun. `resume`: the conversation that it was given to go on with. */
export type AgentBegun = {
  sessionId: SessionId;
  generation: number;
  resume: { agentSessionId: AgentSessionId; entries: readonly TranscriptEntry[] } | undefined;
};

type OfInstance = { sessionId: SessionId; generation: number };

/** Its agent is ready; its agent has ended by itself; it has ended. */
export type Milestone = "ready" | "agent gone" | "ended";

export type Notes = {
  /** What agents did of what they had asked for. */
  toolDecisions: ToolDecision[];
  /** Calls of the model, a turn. */
  modelCalls: Map<TurnId, number>;
  /** Hear that the model speaks to the agent of a session. */
  trafficListeners: Set<(sessionId: SessionId) => void>;
  /** By the `uuid` of a message: the instance of its session that said it. */
  saidBy: Map<string, number>;
  /** Agents, in their order. */
  begun: AgentBegun[];
  /** Whether that had come about in the instance by then, in virtual time, told or not. */
  had(instance: OfInstance, what: Milestone, at: number): boolean;
};

/** For agents and wrappers: what they tell of themselves. */
export type Noting = {
  /** The model is asked for a turn. */
  modelCalled(turnId: TurnId): void;
  /** The model speaks to the agent of a session. */
  modelTraffic(sessionId: SessionId): void;
  /** The agent does, or leaves, what it asked for. */
  toolDecided(tool: ToolDecision): void;
  /** A prompt that the agent knows already was handed to it as if it were new: it will never answer. */
  promptSwallowed(turnId: TurnId): void;
  /** An item has got its place in the outbox of that instance. */
  said(instance: OfInstance, item: OutboxItem): void;
  begun(agent: AgentBegun): void;
  reached(instance: OfInstance, what: Milestone): void;
};

export function createNotes(clock: VirtualClock, defects: string[]): { notes: Notes; noting: Noting } {
  const reached = new Map<string, number>();
  const nameOf = ({ sessionId, generation }: OfInstance, what: Milestone) => `${sessionId} ${generation} ${what}`;
  const notes: Notes = {
    toolDecisions: [],
    modelCalls: new Map(),
    trafficListeners: new Set(),
    saidBy: new Map(),
    begun: [],
    had: (instance, what, at) => (reached.get(nameOf(instance, what)) ?? Number.POSITIVE_INFINITY) <= at,
  };
  const noting: Noting = {
    modelCalled: (turnId) => void notes.modelCalls.set(turnId, (notes.modelCalls.get(turnId) ?? 0) + 1),
    modelTraffic: (sessionId) => notes.trafficListeners.forEach((listener) => listener(sessionId)),
    toolDecided: (tool) => void notes.toolDecisions.push(tool),
    promptSwallowed: (turnId) => void defects.push(`turn ${turnId} was handed to an agent that knew its prompt`),
    said: (instance, item) => {
      if (item.kind === "agent") notes.saidBy.set(String(item.message["uuid"]), instance.generation);
    },
    begun: (agent) => void notes.begun.push(agent),
    reached: (instance, what) => {
      const name = nameOf(instance, what);
      reached.set(name, reached.get(name) ?? clock.now);
    },
  };
  return { notes, noting };
}
