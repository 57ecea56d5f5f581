/** What happened in instances, as nobody but this world saw it: core is judged by it. */
import type {
  AgentSessionId,
  ApprovalAnswer,
  OutboxItem,
  SessionId,
  TranscriptEntry,
  TurnId,
} from "@cc-docker/protocol";

export type ToolDecision = { turnId: TurnId; step: number; decision: ApprovalAnswer["decision"] };

/** An agent has begun. `resume`: the conversation that it was given to go on with. */
export type AgentBegun = {
  sessionId: SessionId;
  generation: number;
  resume: { agentSessionId: AgentSessionId; entries: readonly TranscriptEntry[] } | undefined;
};

type OfInstance = { sessionId: SessionId; generation: number };

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
  /** The agent of that instance has ended by itself. */
  hasExited(instance: OfInstance): boolean;
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
};

export function createNotes(defects: string[]): { notes: Notes; noting: Noting } {
  const exits = new Set<string>();
  const nameOf = ({ sessionId, generation }: OfInstance) => `${sessionId} ${generation}`;
  const notes: Notes = {
    toolDecisions: [],
    modelCalls: new Map(),
    trafficListeners: new Set(),
    saidBy: new Map(),
    begun: [],
    hasExited: (instance) => exits.has(nameOf(instance)),
  };
  const noting: Noting = {
    modelCalled: (turnId) => void notes.modelCalls.set(turnId, (notes.modelCalls.get(turnId) ?? 0) + 1),
    modelTraffic: (sessionId) => notes.trafficListeners.forEach((listener) => listener(sessionId)),
    toolDecided: (tool) => void notes.toolDecisions.push(tool),
    promptSwallowed: (turnId) => void defects.push(`turn ${turnId} was handed to an agent that knew its prompt`),
    said: (instance, item) => {
      if (item.kind === "agent-exited") exits.add(nameOf(instance));
      if (item.kind === "agent") notes.saidBy.set(String(item.message["uuid"]), instance.generation);
    },
    begun: (agent) => void notes.begun.push(agent),
  };
  return { notes, noting };
}
