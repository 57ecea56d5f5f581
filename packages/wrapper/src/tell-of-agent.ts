/** Makes items of the outbox of what the agent says, each with the turn it belongs to. */
import type { TurnId } from "@cc-docker/protocol";
import type { AgentExit, AgentHandlers, AgentMessage } from "./agent/agent.ts";
import type { Approvals } from "./approvals.ts";
import type { NewItem } from "./outbox.ts";
import { splitEntries } from "./split-entries.ts";
import type { TurnInHand } from "./turn-in-hand.ts";
import type { TurnTraces } from "./turn-traces.ts";

type TellDeps = {
  turn: TurnInHand;
  approvals: Approvals;
  traces: TurnTraces;
  add: (item: NewItem) => void;
  log: (line: string) => void;
};

export function createTellOfAgent({ turn, approvals, traces, add, log }: TellDeps): Omit<AgentHandlers, "onReady"> {
  function onMessage(message: AgentMessage): void {
    approvals.heard();
    add({ kind: "agent", ...turnField(), message });
    if (message.type === "result") endTurn();
  }

  function onTranscript({ entries, ...part }: Parameters<AgentHandlers["onTranscript"]>[0]): void {
    for (const own of splitEntries(entries)) add({ kind: "transcript", ...part, entries: own });
  }

  function onExit(exit: AgentExit): void {
    log(`the agent ended${exit.reason ? ` (${exit.reason})` : ""}`); // what it said goes over the link, and nowhere else
    add({ kind: "agent-exited", ...turnField(), ...exit });
    traces.end(turn.running());
  }

  function endTurn(): void {
    traces.end(turn.running());
    turn.end();
  }

  function turnField(): { turnId?: TurnId } {
    const turnId = turn.running();
    return turnId ? { turnId } : {};
  }

  return { onMessage, onTranscript, onQuestion: approvals.ask, onExit };
}
