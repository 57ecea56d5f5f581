/** Puts link, outbox and agent together: prompts go in, everything the agent says goes out, in order, once. */
import type { Duplex } from "node:stream";
import type { MountedDirectory, SessionId } from "@cc-docker/protocol";
import type { StartAgent } from "./agent/agent.ts";
import { createAgentHost } from "./agent-host.ts";
import { type Conversation, startConversation } from "./conversation.ts";
import { openLink } from "./link.ts";
import { type NewItem, openOutbox } from "./outbox.ts";
import { createTurnTraces } from "./turn-traces.ts";
import { isUrgent } from "./urgency.ts";

export type WrapperOptions = {
  sessionId: SessionId;
  socketPath: string;
  brokerPort: number;
  telemetryPort: number;
  outboxPath: string;
  /** What is mounted for the agent to work in. */
  workspace?: MountedDirectory | undefined;
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

export async function startWrapper({ outboxPath, startAgent, log, ...options }: WrapperOptions): Promise<Wrapper> {
  const { sessionId, socketPath, brokerPort, telemetryPort, workspace } = options;
  const outbox = openOutbox(outboxPath);
  let conversation: Conversation | undefined;
  const traces = createTurnTraces({ port: telemetryPort });
  const onReady = () => conversation?.announceReady();
  const host = createAgentHost({ startAgent, add, onReady, openTraces, traces, log });

  function openTraces(): void {
    void opening.then((link) => link.openTelemetry(telemetryPort));
  }

  function add(item: NewItem): void {
    outbox.add(item);
    if (isUrgent(item)) conversation?.flush();
    else conversation?.flushSoon(host.isWorking() ? LINGER_MS.beforeAnswer : LINGER_MS.afterAnswer);
  }

  function onControl(control: Duplex): void {
    const onBroken = (error: unknown) => log(`the gateway said what the protocol does not know: ${String(error)}`);
    const { handle: onMessage, state } = host;
    conversation = startConversation({ control, outbox, sessionId, workspace, state, onMessage, onBroken });
  }

  const opening = openLink({ socketPath, brokerPort, onControl });
  const link = await opening;

  async function stop(graceMs: number): Promise<void> {
    await host.close(graceMs);
    link.close();
    outbox.close();
  }

  return { stop };
}
