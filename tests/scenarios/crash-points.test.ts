/** The gateway dies at each of its failpoints, and no promise is broken. */
import { FAILPOINTS, type Failpoint } from "@cc-docker/server/failpoint";
import { afterAll } from "vitest";
import { type Crash, liveThrough } from "../harness/crash/live-through.ts";
import { verifies } from "../verifies.ts";

/** For points that one session's life does not reach by itself, or reaches in several ways. The others: once, by it. */
const CRASHES: Partial<Record<Failpoint, readonly Crash[]>> = {
  "fork.committed": [{ points: ["fork.committed"], forks: true }],
  "fork.lines-copied": [{ points: ["fork.lines-copied"], forks: true }],
  "fork.frozen": [{ points: ["fork.frozen"], forks: true }],
  "fork.helper-made": [{ points: ["fork.helper-made"], forks: true }],
  "fork.helper-started": [{ points: ["fork.helper-started", "fork.helper-started"], forks: true }],
  "fork.copied": [{ points: ["fork.copied"], forks: true }],
  "fork.noted": [{ points: ["fork.noted"], forks: true }],
  "launch.container-found": [{ points: ["launch.container-created", "launch.container-found"] }],
  "launch.stale-removed": [{ points: ["launch.stale-removed"], losesContainer: true }],
  "link.start-prepared": [
    { points: ["link.start-prepared"] },
    { points: ["link.start-prepared:2"], wakes: true },
    { points: ["link.start-prepared:2"], losesContainer: true },
  ],
  "ready.committed": [
    { points: ["ready.committed"] },
    { points: ["create.committed", "launch.container-started", "ready.committed"] },
  ],
  "store.written": nth("store.written", 1, 2),
  "store.committed": nth("store.committed", 1, 2, 5),
  "store.synced": nth("store.synced", 2),
  "send.rung": [...nth("send.rung", 1, 2), { points: ["send.rung:3"], wakes: true }],
  "approval.drafted": [{ points: ["approval.drafted"], asks: true }],
  "approval.answered": [{ points: ["approval.answered"], asks: true }],
  "approval.answer-read": [{ points: ["approval.answer-read"], asks: true }],
  "approval.answer-sent": [{ points: ["approval.answer-sent"], asks: true }],
  "approval.rules-read": [{ points: ["approval.rules-read"], asks: true }],
  "approval.rules-sent": [{ points: ["approval.rules-sent"], asks: true }],
  "turn.end-written": nth("turn.end-written", 1, 2),
  "broker.answer-begun": nth("broker.answer-begun", 1, 3),
  "ingest.committed": nth("ingest.committed", 1, 4),
  "crash.committed": [{ points: ["crash.committed"], losesContainer: true }],
  "pause.committed": [{ points: ["pause.committed"], pauses: true }],
  "pause.frozen": [{ points: ["pause.frozen"], pauses: true }],
  "resume.committed": [{ points: ["resume.committed"], pauses: true }],
  "resume.thawed": [{ points: ["resume.thawed"], pauses: true }],
  "park.committed": [{ points: ["park.committed"], parks: "prompted" }],
  "park.sent": [
    { points: ["park.sent"], parks: "prompted" },
    { points: ["park.sent:2"], parks: "resumed" },
    { points: ["park.committed", "resume.committed"], parks: "resumed" },
  ],
  "instance.socket-removed": [
    { points: ["instance.socket-removed"] },
    { points: ["instance.socket-removed"], deletesLive: true },
  ],
  "instance.removed": [{ points: ["instance.removed"] }, { points: ["instance.removed"], deletesLive: true }],
  "delete.emptied": [
    { points: ["delete.emptied"] },
    { points: ["delete.marked", "delete.volume-removed", "delete.emptied"], deletesLive: true },
  ],
  "reconcile.taken": [{ points: ["turn.start-sent", "reconcile.taken"] }],
  "reconcile.starting-found": [{ points: ["launch.socket-made", "reconcile.starting-found"] }],
  "reconcile.pause-differs": [{ points: ["pause.committed", "reconcile.pause-differs"], pauses: true }],
  "reconcile.live-found": [{ points: ["turn.start-sent", "reconcile.live-found"] }],
  "reconcile.deleted-found": [{ points: ["delete.marked", "reconcile.deleted-found"], deletesLive: true }],
  "reconcile.resting-found": [{ points: ["stop.moved", "reconcile.resting-found"] }],
  "reconcile.orphan-found": [{ points: ["reconcile.orphan-found"], hasOrphan: true }],
  "shutdown.unannounced": [{ points: ["shutdown.unannounced"], terminates: true }],
  "shutdown.listener-closed": [{ points: ["shutdown.listener-closed"], terminates: true }],
  "shutdown.links-closed": [{ points: ["shutdown.links-closed"], terminates: true }],
  "shutdown.left": [{ points: ["shutdown.left"], terminates: true }],
  "shutdown.store-closed": [{ points: ["shutdown.store-closed"], terminates: true }],
};

type PathOf<Name> = Name extends `${infer Path}.${string}` ? Path : never;

/** What a gateway does at the points whose names begin so. */
const DOING: Record<PathOf<Failpoint>, string> = {
  start: "starts",
  create: "starts a session",
  fork: "forks a session",
  launch: "starts a session",
  link: "starts a session",
  ready: "starts a session",
  store: "takes a prompt",
  send: "takes a prompt",
  turn: "works on a turn",
  approval: "is asked",
  broker: "works on a turn",
  ingest: "works on a turn",
  crash: "ends or recovers a session",
  pause: "pauses or parks a session",
  resume: "pauses or parks a session",
  park: "pauses or parks a session",
  stop: "ends or recovers a session",
  instance: "ends or recovers a session",
  delete: "ends or recovers a session",
  reconcile: "puts right what a crash left",
  shutdown: "stops",
};

/** As many as keep two cores busy. */
const LANES = 2;
const LONGEST_MS = 300_000;

const points = Object.keys(FAILPOINTS) as Failpoint[];
const seconds: number[] = [];

for (const doing of new Set(Object.values(DOING))) {
  const crashes = points.filter((point) => doingAt(point) === doing).flatMap(crashesOf);
  const title = `a gateway killed at any point while it ${doing} breaks no promise`;
  verifies("session.crash-points", title, () => tryAll(crashes), { timeout: LONGEST_MS });
}

afterAll(() => {
  const total = seconds.reduce((sum, one) => sum + one, 0) / LANES;
  console.log(`${points.length} failpoints, ${seconds.length} lives with crashes in about ${total.toFixed(0)} s`);
});

function nth(point: Failpoint, ...passes: number[]): Crash[] {
  return passes.map((pass) => ({ points: [`${point}:${pass}`] }));
}

function doingAt(point: Failpoint): string {
  return DOING[point.slice(0, point.indexOf(".")) as PathOf<Failpoint>];
}

function crashesOf(point: Failpoint): readonly Crash[] {
  return CRASHES[point] ?? [{ points: [point] }];
}

/** @throws Error with all that went wrong, each under its points */
async function tryAll(crashes: readonly Crash[]): Promise<void> {
  const waiting = [...crashes];
  const failures: string[] = [];

  async function work(): Promise<void> {
    for (let crash = waiting.shift(); crash; crash = waiting.shift()) {
      const beganAt = performance.now();
      const name = crash.points.join(", then ");
      await liveThrough(crash).catch((error: unknown) => failures.push(`${name}: ${describe(error)}`));
      seconds.push((performance.now() - beganAt) / 1000);
    }
  }

  await Promise.all(Array.from({ length: LANES }, work));
  if (failures.length > 0) throw new Error(failures.join("\n"));
}

/** What went wrong first, and then at the clearing away. */
function describe(error: unknown): string {
  if (error instanceof SuppressedError) return `${describe(error.suppressed)}; then ${describe(error.error)}`;
  return error instanceof Error ? error.message : String(error);
}
