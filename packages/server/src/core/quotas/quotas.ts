/**
 * What an owner may have at one time, and use in a day. Each is counted in the transaction that takes of it, so callers
 * that race cannot take more than there is. 0 is no limit.
 */
import { CcError, type TurnResult } from "@cc-docker/protocol";
import type { DayUsageRow, StoreReader } from "../../ports/store/store.ts";

export type QuotaSettings = {
  /** Sessions of an owner that live. */
  liveSessions: number;
  /** Sessions of an owner, those at rest too. */
  storedSessions: number;
  /** Sessions of all owners that live. */
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
  admitLife(tx: StoreReader, owner: string): Promise<void>;
  /** For one more turn, at that time (ISO 8601, UTC). @throws CcError TURN_LIMIT_REACHED, DAILY_LIMIT_REACHED */
  admitTurn(tx: StoreReader, owner: string, now: string): Promise<void>;
  /** What the owner has, has used today, and may. */
  read(reader: StoreReader, owner: string, now: string): Promise<Limits>;
};

/** `max` is absent where there is no limit. */
export type Limit = { used: number; max?: number };
export type Limits = Record<"liveSessions" | "storedSessions" | "openTurns" | "costUsdToday" | "tokensToday", Limit>;

const DAY_MS = 86_400_000;

export function createQuotas(settings: QuotaSettings): Quotas {
  async function admitSession(tx: StoreReader, owner: string): Promise<void> {
    await admitLife(tx, owner);
    const { storedSessions: max } = settings;
    if (max > 0 && (await tx.countSessions({ owner })) >= max)
      throw new CcError(
        "SESSION_LIMIT_REACHED",
        `You have ${max} sessions, with those at rest; no more are kept. Delete one.`,
      );
  }

  async function admitLife(tx: StoreReader, owner: string): Promise<void> {
    const { liveSessions: max, containers } = settings;
    if (max > 0 && (await tx.countLiveSessions(owner)) >= max)
      throw new CcError("SESSION_LIMIT_REACHED", `You have ${max} sessions that live, which is all you may. Stop one.`);
    if (containers > 0 && (await tx.countLiveSessions()) >= containers)
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

/** What a turn adds to its owner's day. Tokens that the model's cache has spared it count as well. */
export function usageOf({ costUsd, usage }: TurnResult, owner: string, now: string): DayUsageRow {
  const tokens = usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheCreationTokens;
  return { owner, day: dayOf(now), costUsd, tokens };
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
