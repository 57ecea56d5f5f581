/** What the wrapper is to do, read from the store whenever its bell rings, so that nothing is lost. */
import type { ToWrapper } from "@cc-docker/protocol";
import type { Core, SessionRow } from "../../core/core.ts";
import { failpoint } from "../../lib/failpoint.ts";
import type { Telemetry } from "./telemetry.ts";

/** `onWritten`: the pipe has taken it. */
export type Send = (message: ToWrapper, onWritten?: () => void) => void;

export type CommandSenderDeps = {
  links: Core["links"];
  session: SessionRow;
  telemetry?: Pick<Telemetry, "expect"> | undefined;
  send: Send;
  /** Breaks the connection: a command that could not be read must not be forgotten. */
  fail: (error: Error) => void;
};

export type CommandSender = {
  /** Begins to send, to a wrapper that has said whether its agent is `parked`. */
  open(parked: boolean): void;
  close(): void;
};

/**
 * Sends the running turn's prompt, its interrupt and its answers, once a connection; the wrapper ignores what it knows.
 * And whether the agent is to be parked, where that differs from what the wrapper has said or was told.
 */
export function createCommandSender({ links, session, telemetry, send, fail }: CommandSenderDeps): CommandSender {
  let opened = false;
  let started: string | undefined;
  let interrupted: string | undefined;
  const told = { parked: false, seq: 0 };
  const answered = new Set<string>();

  async function sendTurn(): Promise<void> {
    const turn = await links.findRunningTurn(session.id);
    if (!turn) return;
    const { id: turnId, prompt, trace } = turn;
    if (started !== turnId) {
      failpoint("turn.start-read");
      const traced = telemetry && trace && { traceparent: trace.own };
      telemetry?.expect(session.id, traced?.traceparent);
      send({ type: "turn.start", turnId, prompt, ...traced }, () => failpoint("turn.start-sent"));
    }
    started = turnId;
    if (!turn.interrupt || interrupted === turnId) return;
    interrupted = turnId;
    send({ type: "turn.interrupt", turnId });
  }

  /** What was read before a later answer came is old: a park that is not wanted any more would stop a turn. */
  async function sendPark(): Promise<void> {
    const { parked, seq } = await links.findParked(session.id);
    if (seq < told.seq) return;
    told.seq = seq;
    if (parked === told.parked) return;
    told.parked = parked;
    send({ type: "park", parked }, () => failpoint("park.sent"));
  }

  async function sendAnswers(): Promise<void> {
    if (session.config.permissionMode !== "ask") return;
    const { id: sessionId, generation } = session;
    for (const { id, key, answer } of await links.findAnswers({ sessionId, generation })) {
      if (answered.has(id)) continue;
      answered.add(id);
      failpoint("approval.answer-read");
      send({ type: "approval.answer", key, answer }, () => failpoint("approval.answer-sent"));
    }
  }

  function wake(): void {
    if (opened) Promise.all([sendTurn().then(sendAnswers), sendPark()]).catch(fail); // the next connection sends it
  }

  const unsubscribe = links.onCommand(session.id, wake);
  return {
    open: (parked: boolean) => {
      opened = true;
      told.parked = parked;
      wake();
    },
    close: unsubscribe,
  };
}
