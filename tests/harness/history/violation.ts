/** What the checks look after. */
export const PROMISES = {
  R1: "an acknowledged prompt reaches exactly one end, and nothing runs that was not asked for",
  R2: "the same idempotency key is the same turn",
  R3: "every subscriber gets every event once, in order, and all get the same",
  R4: "what is on the engine belongs to live sessions, and each of those has its instance",
  model: "a prompt takes the model calls it needs, and at most one more for each crash that hit it",
} as const;

export type PromiseId = keyof typeof PROMISES;

/** One broken promise, in words: what was promised here, what was seen instead, and of whom. */
export type Violation = {
  promise: PromiseId;
  promised: string;
  seen: string;
  ids: { sessionId?: string; turnId?: string; key?: string; subscriber?: string; seq?: number };
};

export function describeViolation({ promise, promised, seen, ids }: Violation): string {
  const names = Object.entries(ids).map(([name, id]) => `${name} ${id}`);
  return `${promise}: ${promised}; seen: ${seen} (${names.join(", ")})`;
}
