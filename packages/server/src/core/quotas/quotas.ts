/**
 * What an owner may have at one time, and use in a day. Each is counted in the transaction that takes of it, so callers
 * that race cannot take more than there is. 0 is no limit.
 */
import { addUsage, CcError, NO_TOTALS, type SessionId } from "@cc-docker/protocol";
import type { DayUsageRow, SessionRow, StoreReader, TurnRow } from "../../ports/store/store.ts";
import { countTokens, estimateCostUsd, type ModelUse } from "./price.ts";

export type QuotaSettings = {
  /** Sessions of an owner that live. */
  liveSessions: number;
  /** Sessions of an owner, those at rest too. */
  storedSessions: number;
  /** Containers of all owners, with those that are being ended or removed. */
  containers: number;
  /** Turns of an owner that run or wait. */
  openTurns: number;
  costUsdPerDay: number;
  tokensPerDay: number;
};

export type Quotas = {
  /** For one more session. @throws CcError SESSION_LIMIT_REACHED, CONTAINER_LIMIT_REACHED */
  admitSession(tx: StoreReader, owner: string): Promise<void>;
  /** For a session at rest that is to live. @throws CcError SESSION_LIMIT_REACHED, CONTAINER_LIMIT_REACHED */
  admitLife(tx: StoreReader, session: { owner: string; id?: SessionId }): Promise<void>;
  /** For one more turn, at that time (ISO 8601, UTC). @throws CcError TURN_LIMIT_REACHED, DAILY_LIMIT_REACHED */
  admitTurn(tx: StoreReader, owner: string, now: string): Promise<void>;
  /** What the owner has, has used today, and may. */
  read(reader: StoreReader, owner: string, now: string): Promise<Limits>;
};

/** `max` is absent where there is no limit. */
export type Limit = { used: number; max?: number };
export type Limits = Record<"liveSessions" | "storedSessions" | "openTurns" | "costUsdToday" | "tokensToday", Limit>;

const DAY_MS = 86_400_000;

/** `countEnding`: containers of sessions at rest that are not gone yet, but for that session's. */
export type QuotaDeps = { countEnding(except: SessionId | undefined): number };

export function createQuotas(settings: QuotaSettings, { countEnding }: QuotaDeps): Quotas {
  async function admitSession(tx: StoreReader, owner: string): Promise<void> {
    await admitLife(tx, { owner });
    const { storedSessions: max } = settings;
    if (max > 0 && (await tx.countSessions({ owner })) >= max)
      throw new CcError(
        "SESSION_LIMIT_REACHED",
        `You have ${max} sessions, with those at rest; no more are kept. Delete one.`,
      );
  }

  async function admitLife(tx: StoreReader, { owner, id }: { owner: string; id?: SessionId }): Promise<void> {
    const { liveSessions: max, containers } = settings;
    if (max > 0 && (await tx.countLiveSessions(owner)) >= max)
      throw new CcError("SESSION_LIMIT_REACHED", `You have ${max} sessions that live, which is all you may. Stop one.`);
    if (containers > 0 && (await tx.countInstances()) + countEnding(id) >= containers)
      throw new CcError("CONTAINER_LIMIT_REACHED", `There are ${containers} containers, which is all there may be.`);
  }

  async function admitTurn(tx: StoreReader, owner: string, now: string): Promise<void> {
    const { openTurns: max, costUsdPerDay, tokensPerDay } = settings;
    if (max > 0 && (await tx.countOpenTurns(owner)) >= max)
      throw new CcError("TURN_LIMIT_REACHED", `You have ${max} turns that run or wait, which is all you may.`);
    if (costUsdPerDay === 0 && tokensPerDay === 0) return;
    const { costUsd, tokens } = await readDay(tx, owner, now);
    if (costUsdPerDay > 0 && costUsd >= costUsdPerDay)
      throw spent(`Your turns have cost $${costUsd.toFixed(2)} today of $${costUsdPerDay}.`, now);
    if (tokensPerDay > 0 && tokens >= tokensPerDay)
      throw spent(`Your turns have used ${tokens} tokens today of ${tokensPerDay}.`, now);
  }

  async function read(reader: StoreReader, owner: string, now: string): Promise<Limits> {
    const { costUsd, tokens } = await readDay(reader, owner, now);
    return {
      liveSessions: limit(await reader.countLiveSessions(owner), settings.liveSessions),
      storedSessions: limit(await reader.countSessions({ owner }), settings.storedSessions),
      openTurns: limit(await reader.countOpenTurns(owner), settings.openTurns),
      costUsdToday: limit(costUsd, settings.costUsdPerDay),
      tokensToday: limit(tokens, settings.tokensPerDay),
    };
  }

  return { admitSession, admitLife, admitTurn, read };
}

/** A turn that has ended; `uses`: what its calls of the model used, as far as this gateway saw them. */
export type EndedTurn = Pick<TurnRow, "status"> & {
  result: TurnRow["result"] | undefined;
  uses: readonly ModelUse[];
};

/**
 * What a turn adds to its owner's day, in the session as it was before the end. Tokens that the model's cache has spared
 * it count as well. What Claude Code tells of it is the agent's word: of a turn that was interrupted the cost and no
 * tokens, of one that lost an agent on the way only what came after, of calls that the agent's own tools have made
 * nothing. So no less counts than the model's service told; of a turn that was completed the rest of it.
 */
export function usageOf({ status, result, uses }: EndedTurn, session: SessionRow, now: string): DayUsageRow {
  const told = { costUsd: result?.costUsd ?? 0, tokens: result ? countTokens(result.usage) : 0 };
  const seen = countTokens(uses.reduce((sum, { usage }) => addUsage(sum, usage), NO_TOTALS.usage));
  const day = { owner: session.owner, day: dayOf(now), tokens: Math.max(told.tokens, seen) };
  const isWhole = session.crashes === 0;
  const isTold = isWhole && (status === "completed" || told.costUsd > 0);
  const known = { costUsd: session.costUsd, usage: isTold ? undefined : session.totals?.usage };
  const costUsd = estimateCostUsd(uses, known);
  if (status !== "completed" || !isWhole) return { ...day, costUsd: Math.max(told.costUsd, costUsd) };
  const quiet = seen > told.tokens ? 1 - told.tokens / seen : 0;
  return { ...day, costUsd: told.costUsd + costUsd * quiet };
}

async function readDay(reader: StoreReader, owner: string, now: string): Promise<{ costUsd: number; tokens: number }> {
  return (await reader.findDayUsage(owner, dayOf(now))) ?? { costUsd: 0, tokens: 0 };
}

function dayOf(now: string): string {
  return now.slice(0, "2000-01-01".length);
}

function limit(used: number, max: number): Limit {
  return { used, ...(max > 0 && { max }) };
}

function spent(message: string, now: string): CcError {
  const leftMs = DAY_MS - (Date.parse(now) % DAY_MS);
  return new CcError("DAILY_LIMIT_REACHED", message, { retryAfterSeconds: Math.ceil(leftMs / 1000) });
}
