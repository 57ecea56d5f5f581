/** Time as core sees it, so that tests can give their own. */
export type Clock = { nowIso(): string };

export const systemClock: Clock = { nowIso: () => new Date().toISOString() };
