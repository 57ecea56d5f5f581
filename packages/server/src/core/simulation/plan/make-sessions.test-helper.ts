/** Calls that make sessions: new ones, patient or not, and forks. */
import type { Session, SessionConfig, SessionId, TurnId } from "@cc-docker/protocol";
import type { Random } from "../../../lib/random.ts";
import type { Core } from "../../core.ts";
import { OWNER, pickOne, type Stage, short } from "./stage.test-helper.ts";

const MAX_SESSIONS = 5;

/** What is patient has nobody but the watch for silence when its agent hangs. */
const PATIENT: SessionConfig = { requestTimeout: 3600, sessionTimeout: 3600 };

export function create(stage: Stage, random: Random): void {
  const config: SessionConfig = {
    ...(random.next() < 0.4 && { permissionMode: "ask" as const }),
    ...(random.next() < 0.2 && { onCrash: "fail" as const }),
    ...(random.next() < 0.2 && { requestTimeout: random.between(2, 10) }),
    ...(random.next() < 0.2 && { sessionTimeout: random.between(5, 60) }),
    ...(random.next() < 0.3 && PATIENT),
  };
  make(stage, random, {
    name: `create ${JSON.stringify(config)}`,
    call: (core, idempotencyKey) => core.sessions.create({ owner: OWNER, config, idempotencyKey }),
  });
}

/** From the newest turn that is over, or from any. */
export function fork(stage: Stage, random: Random, sessionId: SessionId): void {
  const turnId = random.next() < 0.5 ? pickTurn(stage.ledger, random, sessionId) : undefined;
  make(stage, random, {
    name: `fork ${short(sessionId)}`,
    call: (core, idempotencyKey) => core.sessions.fork({ owner: OWNER, sessionId, turnId, config: {}, idempotencyKey }),
  });
}

type Making = { name: string; call: (core: Core, key: string) => Promise<Session> };

/** Now and then by several callers that have one key. */
function make({ ledger, caller, world }: Stage, random: Random, { name, call }: Making): void {
  if (ledger.sessions.size - ledger.deleted.size >= MAX_SESSIONS) return;
  const key = world.newId();
  const work = async () => {
    const { id, forkedFrom } = await caller.insist((core) => call(core, key));
    ledger.sessions.add(id);
    ledger.made.set(key, (ledger.made.get(key) ?? new Set()).add(id));
    world.trace.note(`${name}: ${short(id)}${forkedFrom?.turnId ? ` at ${short(forkedFrom.turnId)}` : ""}`);
  };
  const racers = random.pick([1, 1, 1, 3]);
  for (let racer = 0; racer < racers; racer += 1)
    caller.begin(`${name} ${short(key)}`, work, ["TURN_NOT_OVER", "SESSION_NOT_FOUND"]);
}

function pickTurn({ prompts }: Stage["ledger"], random: Random, sessionId: SessionId): TurnId | undefined {
  const turns = prompts.filter((prompt) => prompt.sessionId === sessionId).flatMap(({ answers }) => [...answers]);
  return pickOne(turns, random);
}
