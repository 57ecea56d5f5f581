/** What the link edge needs of sessions, and tells of them. */
import type { Duplex } from "node:stream";
import { type CcError, type MountedDirectory, type SessionId, toErrorShape } from "@cc-docker/protocol";
import type { Bus } from "../ports/bus/bus.ts";
import type { HostDirectories } from "../ports/runtime/runtime.ts";
import type { SessionRow, Store } from "../ports/store/store.ts";
import type { Approvals } from "./approvals/approvals.ts";
import { hearAsHolder } from "./leases/holder-bells.ts";
import type { Leases } from "./leases/leases.ts";
import type { AgentStarts } from "./sessions/agent-start.ts";
import type { ContainerUsages } from "./sessions/container-usage.ts";
import type { Deadlines } from "./sessions/deadlines.ts";
import type { Instances } from "./sessions/instances.ts";
import type { Ingest } from "./turns/ingest.ts";
import type { TurnSpend } from "./turns/turn-spend.ts";
import type { TurnWaits } from "./turns/turn-waits.ts";
import type { Turns } from "./turns/turns.ts";

export type CoreLinks = {
  onWanted(listener: (sessionId: SessionId) => void): () => void;
  /** Another gateway holds the session now: its link is to be closed. */
  onLost(listener: (sessionId: SessionId) => void): () => void;
  onCommand(sessionId: SessionId, listener: () => void): () => void;
  /** The session while it needs a link. @throws CcError SESSION_NOT_RUNNING */
  require(sessionId: SessionId): Promise<SessionRow>;
  /** Whether it may stand still for a fork's copy of it: its wrapper need not answer. */
  isCopied(sessionId: SessionId): Promise<boolean>;
  /** A pipe to the session's instance, as it is in `session`. @throws CcError SESSION_NOT_RUNNING, INSTANCE_LOST */
  open(sessionId: SessionId, signal: AbortSignal): Promise<{ duplex: Duplex; session: SessionRow }>;
  /**
   * Before the agent is started: what the instance has mounted is what the session may work in.
   * @throws CcError WORKSPACE_NOT_ALLOWED, WORKSPACE_CHANGED
   */
  requireWorkspace(session: SessionRow, mounted: MountedDirectory | undefined): Promise<void>;
  ready(instance: { sessionId: SessionId; generation: number }): Promise<void>;
  findRunningTurn: Turns["findRunning"];
  findParked: Turns["findParked"];
  /** What the agent has asked and was answered. */
  findAnswers: Approvals["findGiven"];
  findRules: Approvals["findRules"];
  /** What the wrapper of a new instance is to start its agent with; see AgentStarts. */
  prepareStart: AgentStarts["prepare"];
  readTranscript: AgentStarts["readTranscript"];
  ingest: Ingest;
  /** The agent is alive: the model speaks to it. */
  heard(sessionId: SessionId): void;
  /** A call of the model's waits until that time, for nothing that its agent could do; with `undefined` no more. */
  tellWait: TurnWaits["tell"];
  /** A call of the model's has used so much by now. */
  tellUse: TurnSpend["tell"];
  /** So much has come over the session's link. */
  carried: ContainerUsages["carried"];
  /** Gives the session up: its link could not be had for too long, or what came over it cannot be used. */
  giveUp(instance: { sessionId: SessionId; generation: number }, error: CcError): Promise<void>;
};

type CoreLinksDeps = {
  store: Store;
  directories: Pick<HostDirectories, "requireMounted">;
  bus: Bus;
  /** For who hears of what any gateway may have done. */
  reminding: Bus;
  leases: Leases;
  /** Who hears that another gateway holds a session now. */
  lost: Set<(sessionId: SessionId) => void>;
  deadlines: Deadlines;
  instances: Instances;
  turns: Turns;
  turnWaits: TurnWaits;
  spend: TurnSpend;
  carried: ContainerUsages["carried"];
  approvals: Approvals;
  starts: AgentStarts;
  ingest: Ingest;
};

export function createCoreLinks(deps: CoreLinksDeps): CoreLinks {
  const { store, bus, reminding, leases, lost, deadlines, instances, turns, turnWaits, approvals, starts, ingest } =
    deps;
  return {
    onWanted: (listener) => hearAsHolder({ bus, leases }, "links", listener),
    onLost: (listener) => {
      lost.add(listener);
      return () => lost.delete(listener);
    },
    onCommand: (sessionId, listener) => reminding.subscribe(`commands:${sessionId}`, listener),
    require: instances.requireLinkable,
    isCopied: store.isFilesSource,
    open: instances.openLink,
    requireWorkspace: async ({ workspace }, mounted) => {
      if (workspace) await deps.directories.requireMounted(workspace, mounted);
    },
    ready: instances.ready,
    findRunningTurn: turns.findRunning,
    findParked: turns.findParked,
    findAnswers: approvals.findGiven,
    findRules: approvals.findRules,
    prepareStart: starts.prepare,
    readTranscript: starts.readTranscript,
    ingest: (input) => {
      deadlines.heard(input.sessionId);
      return ingest(input);
    },
    heard: deadlines.heard,
    tellWait: turnWaits.tell,
    tellUse: deps.spend.tell,
    carried: deps.carried,
    giveUp: (instance, error) => instances.crash(instance, toErrorShape(error)),
  };
}
