/** What the wrapper is to do, read from the store whenever its bell rings, so that nothing is lost. */
import type { Core, SessionRow } from "../../core/core.ts";
import { failpoint } from "../../lib/failpoint.ts";
import { createRulesSender } from "./rules-sender.ts";
import type { Send } from "./send.ts";
import type { Telemetry } from "./telemetry.ts";

export type CommandSenderDeps = {
  links: Core["links"];
  session: SessionRow;
  telemetry?: Pick<Telemetry, "expect"> | undefined;
  send: Send;
  /** Breaks the connection: a command that could not be read must not be forgotten. */
  fail: (error: Error) => void;
};

/** What a wrapper has said it was told. */
export type Told = { parked: boolean; allowedRules?: readonly string[] | undefined };

export type CommandSender = {
  /** Begins to send. */
  open(told: Told): void;
  /** Resolves when the wrapper has been sent the rules as they are. */
  sendRules(): Promise<void>;
  close(): void;
};

/**
 * Sends the running turn's prompt, its interrupt and its answers, once a connection; the wrapper ignores what it knows.
 * And whether the agent is to be parked, and what it need not ask about, where that differs from what the wrapper has
 * said or was told.
 */
export function createCommandSender({ links, session, telemetry, send, fail }: CommandSenderDeps): CommandSender {
  const asks = session.config.permissionMode === "ask";
  let opened = false;
  let started: string | undefined;
  let interrupted: string | undefined;
  const told = { parked: false, seq: 0 };
  const rules = createRulesSender({ links, sessionId: session.id, send });
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
    if (!asks) return;
    const { id: sessionId, generation } = session;
    const given = (await links.findAnswers({ sessionId, generation })).filter(({ id }) => !answered.has(id));
    if (given.length > 0) await rules.send(); // those that were written with these answers
    for (const { id, key, answer } of given) {
      if (answered.has(id)) continue;
      answered.add(id);
      failpoint("approval.answer-read");
      send({ type: "approval.answer", key, answer }, () => failpoint("approval.answer-sent"));
    }
  }

  /** What was withdrawn by now does not hold for the prompt that comes. */
  async function sendTalk(): Promise<void> {
    if (asks) await rules.send();
    await sendTurn();
    await sendAnswers();
  }

  function wake(): void {
    if (opened) Promise.all([sendTalk(), sendPark()]).catch(fail); // the next connection sends it
  }

  const unsubscribe = links.onCommand(session.id, wake);
  return {
    open: ({ parked, allowedRules }) => {
      opened = true;
      told.parked = parked;
      rules.begin(allowedRules);
      wake();
    },
    sendRules: rules.send,
    close: unsubscribe,
  };
}
