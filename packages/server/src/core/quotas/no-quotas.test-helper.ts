import type { QuotaSettings } from "./quotas.ts";

export const NO_QUOTAS: QuotaSettings = {
  liveSessions: 0,
  storedSessions: 0,
  containers: 0,
  openTurns: 0,
  costUsdPerDay: 0,
  tokensPerDay: 0,
};
