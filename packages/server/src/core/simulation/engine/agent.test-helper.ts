/**
 * An agent that works on prompts like `3 steps`: each step is a call of the model, and a tool between two of them. It
 * keeps a transcript, goes on from one, swallows a prompt that is in it, and can be made to die, hang or turn deaf. A
 * prompt like `3 steps to death` is the end of it at its last step.
 */
import type { AgentSessionId, ApprovalAnswer, ToolInput, TranscriptEntry, TurnId } from "@cc-docker/protocol";
import type { Random } from "../../../lib/random.ts";
import type { Noting } from "../world/notes.test-helper.ts";
import { createFreezableClock, type ProgramClock } from "./freezable-clock.test-helper.ts";

export type AgentMessage = { type: string; [field: string]: unknown };

/** `asks`: before it uses a tool. */
export type AgentStart = { asks: boolean; resume: Resume | undefined };

export type Resume = {
  agentSessionId: AgentSessionId;
  unfinishedTurn?: TurnId | undefined;
  entries: TranscriptEntry[];
};

export type Question = { key: string; toolName: string; input: ToolInput };

export type AgentHandlers = {
  onReady(): void;
  onMessage(message: AgentMessage): void;
  onTranscript(agentSessionId: AgentSessionId, entries: TranscriptEntry[]): void;
  /** Resolves with the answer; never, once `signal` withdraws the question. */
  onQuestion(question: Question, signal: AbortSignal): Promise<ApprovalAnswer>;
  onExit(detail: string): void;
  /** The model speaks to it. */
  onTraffic(): void;
};

export type AgentDeps = { clock: ProgramClock; random: Random; newId: () => string; notes: Noting };

export type Agent = {
  prompt(turnId: TurnId, text: string): void;
  interrupt(): void;
  /** Its processes stand still, until it is unparked or given a turn. */
  park(): void;
  unpark(): void;
  readonly isParked: boolean;
  /** Ends with a word to its wrapper. */
  crash(detail: string): void;
  /** The same as soon as it has told something more, which its transcript will not know. */
  crashAfterWord(detail: string): void;
  /** Ends without one. */
  kill(): void;
  /** Does nothing more by itself; when `deaf` an interrupt does not help either. */
  hang(how: { deaf: boolean }): void;
};

type Work = { turnId: TurnId; interrupted: AbortController };
type Line = TranscriptEntry & { message?: { role: string; content: unknown; stop_reason?: string } };

/** The transcript is written later than what it is about is told, up to so long. */
const TRANSCRIPT_LAG_MS = 100;

export function startAgent(deps: AgentDeps, { asks, resume }: AgentStart, handlers: AgentHandlers): Agent {
  const { random, newId, notes } = deps;
  const clock = createFreezableClock(deps.clock);
  const agentSessionId = resume?.agentSessionId ?? (newId() as AgentSessionId);
  const lines = [...(resume?.entries ?? [])] as Line[];
  const unwritten: TranscriptEntry[] = [];
  const prompts: { turnId: TurnId; text: string }[] = [];
  let state: "up" | "hung" | "deaf" | "gone" = "up";
  let isReady = false;
  let costUsd = 0;
  let crashAfterWord: string | undefined;
  let work: Work | undefined;

  clock.after(random.between(20, 400), () => {
    if (state !== "up") return;
    isReady = true;
    handlers.onReady();
    if (resume?.unfinishedTurn) void run(resume.unfinishedTurn);
    else takeNext();
  });

  function takeNext(): void {
    if (!isReady || work || state !== "up") return;
    const next = prompts.shift();
    if (!next) return;
    if (lines.some(({ uuid }) => uuid === next.turnId)) return notes.promptSwallowed(next.turnId);
    write({ type: "user", uuid: next.turnId, message: { role: "user", content: next.text } });
    void run(next.turnId);
  }

  /** From wherever the transcript says that the turn has got to. */
  async function run(turnId: TurnId): Promise<void> {
    const own = { turnId, interrupted: new AbortController() };
    work = own;
    const goesOn = () => state === "up" && !own.interrupted.signal.aborted;
    const done = () => countAnswers(turnId);
    while (goesOn() && done() < readSteps(promptOf(turnId))) {
      if (done() > 0 && messagesOf(turnId).at(-1)?.type === "assistant") await useTool(own, { step: done(), goesOn });
      if (goesOn()) await callModel(turnId, goesOn);
    }
    if (goesOn()) finish({ subtype: "success", is_error: false, result: "done" });
  }

  async function callModel(turnId: TurnId, goesOn: () => boolean): Promise<void> {
    notes.modelCalled(turnId);
    costUsd += 0.01;
    handlers.onTraffic();
    await clock.sleep(random.between(5, 600));
    if (!goesOn()) return;
    const isLast = countAnswers(turnId) + 1 >= readSteps(promptOf(turnId));
    if (isLast && promptOf(turnId).includes(DEADLY)) return crash("exit code 139");
    const content = [{ type: "text", text: isLast ? "done" : "on it" }];
    tell({ type: "assistant", message: { role: "assistant", content, stop_reason: isLast ? "end_turn" : "tool_use" } });
  }

  async function useTool({ turnId, interrupted }: Work, { step, goesOn }: { step: number; goesOn: () => boolean }) {
    const key = `${turnId} ${step}${random.next() < 0.5 ? "" : ` ${newId()}`}`;
    if (asks) {
      const question = { key, toolName: "Bash", input: { turnId, step } };
      const { decision } = await handlers.onQuestion(question, interrupted.signal);
      if (!goesOn()) return;
      notes.toolDecided({ turnId, step, decision });
    }
    await clock.sleep(random.between(1, 900));
    const content = [{ type: "tool_result", tool_use_id: key, content: "ok" }];
    if (goesOn()) tell({ type: "user", message: { role: "user", content } });
  }

  function tell(message: Omit<Line, "uuid"> & { type: string }): void {
    const told = { ...message, uuid: newId() };
    handlers.onMessage({ ...told, session_id: agentSessionId, parent_tool_use_id: null });
    write(told);
    if (crashAfterWord !== undefined) crash(crashAfterWord);
  }

  function write(line: Line): void {
    const own = { ...line, sessionId: agentSessionId };
    lines.push(own);
    if (unwritten.push(own) === 1) clock.after(random.between(0, TRANSCRIPT_LAG_MS), flush);
  }

  function flush(): void {
    const entries = unwritten.splice(0);
    if (entries.length > 0 && state !== "gone") handlers.onTranscript(agentSessionId, entries);
  }

  function finish(outcome: object): void {
    flush();
    work = undefined;
    handlers.onMessage({
      type: "result",
      uuid: newId(),
      session_id: agentSessionId,
      total_cost_usd: costUsd,
      ...outcome,
    });
    takeNext();
  }

  function interrupt(): void {
    const own = work;
    if (!own || state === "deaf" || state === "gone") return;
    own.interrupted.abort();
    state = "up";
    clock.after(random.between(1, 40), () => {
      if (state !== "up" || work !== own) return;
      write({ type: "user", uuid: newId(), message: { role: "user", content: "[Request interrupted by user]" } });
      finish({ subtype: "error_during_execution", is_error: true });
    });
  }

  /** The messages of a turn begin with its prompt, whose uuid is the turn's id. */
  function messagesOf(turnId: TurnId): Line[] {
    const from = lines.findIndex(({ uuid }) => uuid === turnId);
    return from === -1 ? [] : lines.slice(from + 1).filter(({ message }) => message !== undefined);
  }

  function countAnswers(turnId: TurnId): number {
    return messagesOf(turnId).filter(({ type }) => type === "assistant").length;
  }

  function promptOf(turnId: TurnId): string {
    return String(lines.find(({ uuid }) => uuid === turnId)?.message?.content);
  }

  function crash(detail: string): void {
    if (state === "gone") return;
    state = "gone";
    handlers.onExit(detail);
  }

  return {
    prompt: (turnId, text) => {
      clock.thaw();
      // A note to itself, before the lines of the turn: among those of the turn before.
      if (state === "up") write({ type: "queue-operation", operation: "enqueue", content: text });
      prompts.push({ turnId, text });
      takeNext();
    },
    interrupt,
    park: clock.freeze,
    unpark: clock.thaw,
    get isParked() {
      return clock.isFrozen;
    },
    crash,
    crashAfterWord: (detail) => void (crashAfterWord = detail),
    kill: () => void (state = "gone"),
    hang: ({ deaf }) => {
      if (state === "up") state = deaf ? "deaf" : "hung";
    },
  };
}

/** What a prompt says that brings its agent down. */
export const DEADLY = " to death";

/** How many calls of the model a prompt takes. */
export function readSteps(prompt: string): number {
  return Number(/^(\d+) steps/.exec(prompt)?.[1] ?? 1);
}
