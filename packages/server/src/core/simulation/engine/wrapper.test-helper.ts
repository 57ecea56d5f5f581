/** The program in the instance, as packages/wrapper is: an outbox that outlives it, one agent, one conversation. */
import { LINK_VERSION, type OutboxItem, type ToWrapper, type TranscriptEntry, type TurnId } from "@cc-docker/protocol";
import type { Instance } from "../../../ports/runtime/runtime.ts";
import { type Agent, type AgentDeps, startAgent } from "./agent.test-helper.ts";
import { createFreezableClock } from "./freezable-clock.test-helper.ts";
import { createPipe, type Pipe, type WrapperEnd } from "./pipe.test-helper.ts";
import { createQuestions, type NewItem } from "./questions.test-helper.ts";

/** What a session has on disk beside its instance. */
export type Home = {
  items: OutboxItem[];
  lastNumber: number;
  /** The newest that was said, stored or not, for a network that says it once more. */
  said: { generation: number; item: OutboxItem }[];
};

export type Wrapper = {
  /** @returns `undefined` while it does not listen */
  connect(): Pipe | undefined;
  readonly agent: Agent | undefined;
  readonly pipe: Pipe | undefined;
  /** Sends items again. */
  say(items: OutboxItem[]): void;
  /** The engine has all in the instance stand still. */
  freeze(): void;
  thaw(): void;
  kill(): void;
};

const URGENT = new Set(["agent-exited"]);
const LINGER_MS = 50;
const MAX_SAID = 12;

export function startWrapper(deps: AgentDeps, { sessionId, generation }: Instance, home: Home): Wrapper {
  const { random } = deps;
  const clock = createFreezableClock(deps.clock);
  home.items = home.items.filter(({ kind }) => kind !== "agent-exited"); // says nothing about the next agent
  home.lastNumber = home.items.at(-1)?.n ?? 0; // as of a file that was read again; the gateway raises it
  const known = new Set<TurnId>();
  const transcript: TranscriptEntry[] = [];
  let listens = false;
  let isDead = false;
  let started = false;
  let ready = false;
  let running: TurnId | undefined;
  let agent: Agent | undefined;
  let pipe: Pipe | undefined;
  let sentUpTo: number | undefined;
  let lingering = false;
  clock.after(random.between(1, 150), () => void (listens = !isDead));

  function connect(): Pipe | undefined {
    if (!listens || isDead) return undefined;
    pipe?.break(); // the gateway has given the old one up
    const own = createPipe({ clock, network: deps.clock, random });
    pipe = own;
    sentUpTo = undefined;
    own.wrapperEnd.onMessage((message) => void (pipe === own && !isDead && handle(message)));
    clock.after(0, () => void (pipe === own && greet(own)));
    return own;
  }

  function greet({ wrapperEnd }: Pipe): void {
    const state = { started, ready, parked: agent?.isParked ?? false, lastNumber: home.lastNumber };
    wrapperEnd.send({ type: "hello", version: LINK_VERSION, sessionId, ...state });
  }

  function handle(message: ToWrapper): void {
    if (message.type === "hello") sentUpTo = message.acked;
    if (message.type === "hello") transcript.length = 0;
    if (message.type === "hello") acknowledge(message.acked);
    if (message.type === "ack") acknowledge(message.n);
    if (message.type === "transcript") transcript.push(...message.entries);
    if (message.type === "start" && !started) start(message);
    if (message.type === "turn.start") startTurn(message);
    if (message.type === "approval.answer") questions.answer(message.key, message.answer);
    if (message.type === "park") park(message.parked);
    if (message.type === "turn.interrupt" && message.turnId === running) agent?.interrupt();
    if (message.type === "hello") sendItems();
  }

  function park(parked: boolean): void {
    if (!parked) agent?.unpark();
    else if (!running) agent?.park();
  }

  function acknowledge(n: number): void {
    home.lastNumber = Math.max(home.lastNumber, n);
    home.items = home.items.filter((item) => item.n > n);
  }

  const questions = createQuestions({ runningTurn: () => running, add });

  function start({ config, resume }: Extract<ToWrapper, { type: "start" }>): void {
    started = true;
    running = resume?.unfinishedTurn;
    if (running) known.add(running);
    const restored = resume && { ...resume, entries: transcript.splice(0) };
    deps.notes.begun({ sessionId, generation, resume: restored && { ...restored, entries: [...restored.entries] } });
    agent = startAgent(
      { ...deps, clock },
      { asks: config.permissionMode === "ask", resume: restored },
      {
        onQuestion: questions.ask,
        onReady: () => {
          ready = true;
          deps.notes.reached({ sessionId, generation }, "ready");
          send()?.send({ type: "ready" });
        },
        onMessage: (message) => {
          questions.heard();
          add({ kind: "agent", ...turnField(), message });
          if (message.type === "result") running = undefined;
        },
        onTranscript: (agentSessionId, entries) => add({ kind: "transcript", agentSessionId, entries }),
        onExit: (detail) => {
          deps.notes.reached({ sessionId, generation }, "agent gone");
          add({ kind: "agent-exited", ...turnField(), detail });
        },
        onTraffic: () => {
          if (send()) deps.notes.modelTraffic(sessionId);
        },
      },
    );
  }

  function startTurn({ turnId, prompt }: { turnId: TurnId; prompt: string }): void {
    if (known.has(turnId)) return;
    known.add(turnId);
    running = turnId;
    agent?.prompt(turnId, prompt);
  }

  const turnField = () => (running ? { turnId: running } : {});
  const send = (): WrapperEnd | undefined => (pipe?.wrapperEnd.isOpen ? pipe.wrapperEnd : undefined);

  function add(item: NewItem): void {
    if (isDead) return;
    home.lastNumber += 1;
    const numbered = { ...item, n: home.lastNumber } as OutboxItem;
    home.items.push(numbered);
    deps.notes.said({ sessionId, generation }, numbered);
    home.said = [...home.said.slice(-MAX_SAID), { generation, item: numbered }];
    if (URGENT.has(item.kind) || random.next() < 0.5) return sendItems();
    if (lingering) return;
    lingering = true;
    clock.after(random.between(0, LINGER_MS), sendItems);
  }

  function sendItems(): void {
    lingering = false;
    const after = sentUpTo;
    if (after === undefined || isDead) return;
    const items = home.items.filter(({ n }) => n > after);
    const last = items.at(-1);
    if (!last || !send()) return;
    send()?.send({ type: "items", items });
    sentUpTo = last.n;
  }

  return {
    connect,
    get agent() {
      return agent;
    },
    get pipe() {
      return pipe;
    },
    say: (items) => send()?.send({ type: "items", items }),
    freeze: clock.freeze,
    thaw: clock.thaw,
    kill: () => {
      isDead = true;
      agent?.kill();
      pipe?.break();
    },
  };
}
