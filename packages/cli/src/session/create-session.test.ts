import type { Client } from "@cc-docker/client";
import { expect, it } from "vitest";
import { INTERRUPTED } from "../io.ts";
import { createSession } from "./create-session.ts";

/** A gateway whose answer comes when it is told to, and the words that a person gets. */
function open() {
  const answer = Promise.withResolvers<{ id: string }>();
  const interruption = new AbortController();
  const told: string[] = [];
  const mutate = (_input: unknown, { signal }: { signal: AbortSignal }) => {
    signal.addEventListener("abort", () => answer.reject(signal.reason as Error));
    return answer.promise;
  };
  const client = { sessions: { create: { mutate } } } as unknown as Client;
  const stderr = { write: async (text: string) => void told.push(text), dim: (text: string) => text };
  const session = createSession(client, {}, { signal: interruption.signal, stderr });
  return { session, answer, told, interrupt: () => interruption.abort(INTERRUPTED) };
}

it("ends the wait for a session that is made soon after Ctrl-C, and says what may still happen", async () => {
  const { session, told, interrupt } = open();
  interrupt();
  await expect(session).rejects.toBe(INTERRUPTED);
  expect(told.join("")).toContain("may still make the session");
});

it("has the session all the same where the answer comes in time, for its caller to remove it", async () => {
  const { session, answer, told, interrupt } = open();
  interrupt();
  answer.resolve({ id: "one" });
  expect(await session).toEqual({ id: "one" });
  expect(told).toEqual([]);
});
