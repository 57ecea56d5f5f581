/** How fields are called over REST: in snake_case, but for what the specification of the API calls otherwise. */
import { Approval, ApprovalAnswer, Session, SessionConfig, Turn } from "@cc-docker/protocol";
import type { z } from "zod";
import { RestSession } from "./rest-session.ts";

const SPECIFIED: Readonly<Record<string, string>> = {
  turnId: "message_id",
  turnCount: "total_turns",
  costUsd: "total_cost_usd",
  updatedAt: "last_activity",
  sessionTimeout: "timeout_seconds",
  lastEventId: "after",
};

/** What `id` is the id of. */
const IDS: ReadonlyMap<z.ZodType, string> = new Map<z.ZodType, string>([
  [Session, "session_id"],
  [RestSession, "session_id"],
  [Turn, "message_id"],
  [Approval, "approval_id"],
]);

export function restName(schema: z.ZodType, field: string): string {
  if (field === "id") return IDS.get(schema) ?? field;
  if (Object.hasOwn(SPECIFIED, field)) return SPECIFIED[field] ?? field;
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Fields that the errors' words speak of. */
const SPOKEN_OF = new Set([
  ...Object.keys(SessionConfig.shape),
  ...Object.keys(ApprovalAnswer.shape),
  "timeoutSeconds",
  "allowedRules",
]);

/** Words about the API's own fields, for who knows them by the names of REST. */
export function renameWords(text: string): string {
  return text.replaceAll(/\b[a-z]+[A-Z]\w*/g, (word) => (SPOKEN_OF.has(word) ? restName(SessionConfig, word) : word));
}
