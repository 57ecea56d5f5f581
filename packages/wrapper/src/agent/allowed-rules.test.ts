import { expect, it } from "vitest";
import { createAllowedRules } from "./allowed-rules.ts";

/** A process that heeds what it is told when the test says so. */
function openAgent() {
  const told: unknown[] = [];
  const heeding = Promise.withResolvers<void>();
  const applyFlagSettings = (settings: unknown) => {
    told.push(settings);
    return heeding.promise;
  };
  return { told, applyFlagSettings, heeding };
}

const allow = (...rules: string[]) => ({ permissions: { allow: rules } });

it("a process is told what was to be allowed by the time it can be spoken to, and each change as a whole", () => {
  const agent = openAgent();
  const rules = createAllowedRules(["Read"]);
  rules.allow(["Bash"]);
  rules.speakTo(agent);
  rules.allow(["Bash", "Write"]);
  rules.allow([]);
  expect(agent.told).toEqual([allow("Bash"), allow("Bash", "Write"), allow()]);
});

it("a process that is to ask about everything is told nothing", () => {
  const agent = openAgent();
  createAllowedRules().speakTo(agent);
  expect(agent.told).toEqual([]);
});

it("what it was told last is heeded when it has said so, or never will", async () => {
  const agent = openAgent();
  const rules = createAllowedRules();
  rules.speakTo(agent);
  await rules.heeded();
  rules.allow(["Bash"]);
  const order: string[] = [];
  const heeded = rules.heeded().then(() => order.push("heeded"));
  await new Promise(setImmediate);
  order.push("not yet");
  agent.heeding.reject(new Error("it ended"));
  await heeded;
  expect(order).toEqual(["not yet", "heeded"]);
});
