/** Has the agent do what the gateway says: starts it once, hands prompts over, parks, interrupts, brings answers and rules. */
import type { ToWrapper } from "@cc-docker/protocol";
import type { Agent, StartAgent, TranscriptPart } from "./agent/agent.ts";
import { createApprovals } from "./approvals.ts";
import type { NewItem } from "./outbox.ts";
import { createTellOfAgent } from "./tell-of-agent.ts";
import { createTurnInHand } from "./turn-in-hand.ts";
import type { TurnTraces } from "./turn-traces.ts";

export type AgentHost = {
  handle(message: ToWrapper): void;
  /** How far the agent is by now. */
  state(): { started: boolean; ready: boolean; parked: boolean; allowedRules: string[] };
  /** Whether it works on a turn. */
  isWorking(): boolean;
  close(graceMs: number): Promise<void>;
};

export type AgentHostDeps = {
  startAgent: StartAgent;
  /** The agent has something to tell. */
  add: (item: NewItem) => void;
  onReady: () => void;
  /** The gateway takes spans: the way to it is to be opened. */
  openTraces: () => void;
  traces: TurnTraces;
  log: (line: string) => void;
};

export function createAgentHost({
  startAgent,
  add,
  onReady: announce,
  openTraces,
  traces,
  log,
}: AgentHostDeps): AgentHost {
  const turn = createTurnInHand();
  const approvals = createApprovals({ runningTurn: turn.running, add });
  const tell = createTellOfAgent({ turn, approvals, traces, add, log });
  /** Parts that came before the start. */
  const transcript: TranscriptPart[] = [];
  let allowedRules: string[] = [];
  let started = false;
  let ready = false;
  let agent: Agent | undefined;

  function handle(message: ToWrapper): void {
    if (message.type === "hello") transcript.length = 0; // parts of a connection that broke come again
    if (message.type === "transcript") transcript.push({ subpath: message.subpath, entries: message.entries });
    if (message.type === "start" && !started) start(message);
    if (message.type === "turn.start") startTurn(message);
    if (message.type === "park") park(message.parked);
    if (message.type === "turn.interrupt" && message.turnId === turn.running()) agent?.interrupt();
    if (message.type === "rules") allow(message.allowed);
    if (message.type === "approval.answer") approvals.answer(message.key, message.answer);
  }

  function start({
    config,
    user,
    modelMaxRetries,
    tracing: asked,
    resume,
  }: Extract<ToWrapper, { type: "start" }>): void {
    started = true;
    const unfinished = resume?.unfinishedTurn;
    if (unfinished) turn.takeUp(unfinished);
    if (asked) openTraces();
    const tracing = asked && { traceparent: unfinished && traces.begin(unfinished, asked.traceparent) };
    const restored = resume && { ...resume, transcript: transcript.splice(0) };
    try {
      agent = startAgent(
        { ...config, user, modelMaxRetries, allowedRules, tracing, resume: restored },
        { ...tell, onReady },
      );
    } catch (error) {
      tell.onExit({ detail: `it could not be started: ${String(error)}`.slice(0, 8000) });
    }
  }

  function startTurn({ turnId, prompt, traceparent }: Extract<ToWrapper, { type: "turn.start" }>): void {
    if (turn.takeUp(turnId)) agent?.prompt(turnId, prompt, traces.begin(turnId, traceparent));
  }

  function allow(rules: string[]): void {
    allowedRules = rules;
    agent?.allow(rules);
  }

  /** In the midst of a turn nobody wants it: that was said before the turn was. */
  function park(parked: boolean): void {
    if (!parked) agent?.unpark();
    else if (!turn.running()) agent?.park();
  }

  function onReady(): void {
    ready = true;
    announce();
  }

  return {
    handle,
    state: () => ({ started, ready, parked: agent?.isParked ?? false, allowedRules }),
    isWorking: () => turn.running() !== undefined,
    close: async (graceMs) => agent?.close(graceMs),
  };
}
