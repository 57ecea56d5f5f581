/** Puts link, outbox and agent together: prompts go in, everything the agent says goes out, in order, once. */
import type { Duplex } from "node:stream";
import { type SessionId, type ToWrapper, type TurnId } from "@cc-docker/protocol";
import type { Agent, AgentExit, AgentHandlers, AgentMessage, StartAgent, TranscriptPart } from "./agent/agent.ts";
import { createApprovals } from "./approvals.ts";
import { type Conversation, startConversation } from "./conversation.ts";
import { openLink } from "./link.ts";
import { type NewItem, openOutbox } from "./outbox.ts";
import { splitEntries } from "./split-entries.ts";
import { isUrgent } from "./urgency.ts";

export type WrapperOptions = {
  sessionId: SessionId;
  socketPath: string;
  brokerPort: number;
  outboxPath: string;
  startAgent: StartAgent;
  /** Hears what has no other place to go; one line each. */
  log: (line: string) => void;
};

export type Wrapper = { stop(graceMs: number): Promise<void> };

const LINGER_MS = {
  /** Longer than from the agent's first announcement to its first word, too short for a person to notice. */
  beforeAnswer: 50,
  /** Out of the way before the next prompt comes. */
  afterAnswer: 2,
};

export async function startWrapper({
  sessionId,
  socketPath,
  brokerPort,
  outboxPath,
  startAgent,
  log,
}: WrapperOptions): Promise<Wrapper> {
  const outbox = openOutbox(outboxPath);
  const known = new Set<TurnId>();
  /** Parts that came before the start. */
  const transcript: TranscriptPart[] = [];
  let running: TurnId | undefined;
  let started = false;
  let ready = false;
  let agent: Agent | undefined;
  let conversation: Conversation | undefined;

  const approvals = createApprovals({ runningTurn: () => running, add });

  function handle(message: ToWrapper): void {
    if (message.type === "hello") transcript.length = 0; // parts of a connection that broke come again
    if (message.type === "transcript") transcript.push({ subpath: message.subpath, entries: message.entries });
    if (message.type === "start" && !started) start(message);
    if (message.type === "turn.start") startTurn(message);
    if (message.type === "park") park(message.parked);
    if (message.type === "turn.interrupt" && message.turnId === running) agent?.interrupt();
    if (message.type === "approval.answer") approvals.answer(message.key, message.answer);
  }

  function start({ config, modelMaxRetries, resume }: Extract<ToWrapper, { type: "start" }>): void {
    started = true;
    running = resume?.unfinishedTurn;
    if (running) known.add(running);
    const restored = resume && { ...resume, transcript: transcript.splice(0) };
    try {
      agent = startAgent(
        { ...config, modelMaxRetries, resume: restored },
        { onReady, onMessage, onTranscript, onQuestion: approvals.ask, onExit },
      );
    } catch (error) {
      onExit({ detail: `it could not be started: ${String(error)}`.slice(0, 8000) });
    }
  }

  function startTurn({ turnId, prompt }: { turnId: TurnId; prompt: string }): void {
    if (known.has(turnId)) return;
    known.add(turnId);
    running = turnId;
    agent?.prompt(turnId, prompt);
  }

  /** In the midst of a turn nobody wants it: that was said before the turn was. */
  function park(parked: boolean): void {
    if (!parked) agent?.unpark();
    else if (!running) agent?.park();
  }

  function onReady(): void {
    ready = true;
    conversation?.announceReady();
  }

  function onMessage(message: AgentMessage): void {
    approvals.heard();
    add({ kind: "agent", ...turnField(), message });
    if (message.type === "result") running = undefined;
  }

  function onTranscript({ entries, ...part }: Parameters<AgentHandlers["onTranscript"]>[0]): void {
    for (const own of splitEntries(entries)) add({ kind: "transcript", ...part, entries: own });
  }

  function onExit(exit: AgentExit): void {
    log(`the agent ended: ${exit.detail}`);
    add({ kind: "agent-exited", ...turnField(), ...exit });
  }

  function turnField(): { turnId?: TurnId } {
    return running ? { turnId: running } : {};
  }

  function add(item: NewItem): void {
    outbox.add(item);
    if (isUrgent(item)) conversation?.flush();
    else conversation?.flushSoon(running ? LINGER_MS.beforeAnswer : LINGER_MS.afterAnswer);
  }

  function onControl(control: Duplex): void {
    const onBroken = (error: unknown) => log(`the gateway said what the protocol does not know: ${String(error)}`);
    conversation = startConversation({
      control,
      outbox,
      sessionId,
      state: () => ({ started, ready, parked: agent?.isParked ?? false }),
      onMessage: handle,
      onBroken,
    });
  }

  const link = await openLink({ socketPath, brokerPort, onControl });

  async function stop(graceMs: number): Promise<void> {
    await agent?.close(graceMs);
    link.close();
    outbox.close();
  }

  return { stop };
}
