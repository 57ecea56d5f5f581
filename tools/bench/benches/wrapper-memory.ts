/** What an idle session holds in memory, with ten of them at once. */
import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import { type GatewaySession, openGatewaySession } from "../arms/gateway-session.ts";
import type { BenchContext } from "../bench-context.ts";
import type { Outcome } from "../outcome.ts";
import { openStand } from "../stand/open-stand.ts";
import { findProcess, isClaude, isWrapper, readPssMb } from "../stand/read-pss.ts";
import { summarize } from "../stats.ts";

const SESSIONS = 10;
/** After a turn both processes still give memory back. */
const SETTLE_MS = 3000;
const TARGET_MB = 40;

export async function wrapperMemory(context: BenchContext): Promise<Outcome> {
  const { docker, signal, samples = SESSIONS } = context;
  await using stand = await openStand(context);
  await using sessions = new AsyncDisposableStack();
  const opened: GatewaySession[] = [];
  while (opened.length < samples) {
    const session = sessions.use(await openGatewaySession(stand.gateway.client, signal));
    await session.turn("say: hi");
    opened.push(session);
  }
  await delay(SETTLE_MS, undefined, { signal });
  const ids = opened.map(({ id }) => id);
  const wrapper = await readAll(docker, ids, isWrapper);
  const claude = await readAll(docker, ids, isClaude);
  return toOutcome(wrapper, claude);
}

async function readAll(docker: Docker, sessionIds: string[], isIt: (command: string) => boolean): Promise<number[]> {
  const found: number[] = [];
  for (const sessionId of sessionIds) {
    const { pid } = await findProcess(docker, sessionId, isIt);
    found.push(await readPssMb(pid));
  }
  return found;
}

function toOutcome(wrapper: number[], claude: number[]): Outcome {
  return {
    arms: [
      { name: "wrapper (node), PSS", unit: "MB", samples: wrapper },
      { name: "claude, PSS", unit: "MB", samples: claude },
    ],
    findings: [
      { what: "wrapper, mean", value: summarize(wrapper).mean, unit: "MB", target: TARGET_MB },
      { what: "wrapper, max", value: summarize(wrapper).max, unit: "MB" },
      { what: "claude, mean", value: summarize(claude).mean, unit: "MB" },
    ],
    notes: [`${wrapper.length} sessions at once, idle after one turn each`],
  };
}
