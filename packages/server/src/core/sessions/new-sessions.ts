/** How sessions come to be: from nothing, or as forks of others. Under one key one session, whatever is asked for. */
import type { Session, SessionConfig, SessionId, Workspace } from "@cc-docker/protocol";
import { failpoint } from "../../lib/failpoint.ts";
import { fingerprint } from "../../lib/fingerprint.ts";
import type { HostDirectories } from "../../ports/runtime/runtime.ts";
import type { StoreWriter } from "../../ports/store/store.ts";
import type { Quotas } from "../quotas/quotas.ts";
import { checkToolRules } from "./check-tool-rules.ts";
import { checkTimeouts, type MaxTimeouts } from "./deadlines.ts";
import { drawFork, type ForkOrigin, type ForkSession } from "./forks.ts";
import type { Instances } from "./instances.ts";
import { claimKey } from "./session-keys.ts";
import type { NewSession, SessionWriter } from "./session-writer.ts";
import { toSession } from "./to-session.ts";

export type CreateSession = {
  owner: string;
  config: SessionConfig;
  name?: string | undefined;
  /** Files of its own when absent. */
  workspace?: Workspace | undefined;
  idempotencyKey?: string | undefined;
};

export type NewSessions = {
  create(input: CreateSession): Promise<Session>;
  fork(input: ForkSession): Promise<Session>;
};

export type NewSessionsDeps = {
  writer: SessionWriter;
  instances: Instances;
  maxTimeouts: MaxTimeouts;
  quotas: Quotas;
  directories: Pick<HostDirectories, "find">;
  newId: () => string;
  /** @throws CcError SESSION_NOT_FOUND */
  get: (input: { owner: string; sessionId: SessionId }) => Promise<Session>;
};

const FRESH = {
  generation: 1,
  outboxAcked: 0,
  turnCount: 0,
  costUsd: 0,
  agentCostUsd: 0,
  crashes: 0,
  openApprovals: 0,
  deleted: false,
};

type Wish = { owner: string; key: string | undefined; request: string };
type Drawn = Pick<NewSession, "config" | "name" | "workspace"> & Partial<ForkOrigin>;

export function createNewSessions({
  writer,
  instances,
  maxTimeouts,
  quotas,
  directories,
  newId,
  get,
}: NewSessionsDeps): NewSessions {
  async function create({ owner, config, name, workspace, idempotencyKey: key }: CreateSession): Promise<Session> {
    const path = workspace?.type === "host" ? workspace.path : undefined;
    const asked = { create: config, ...(name !== undefined && { name }), ...(path !== undefined && { path }) };
    const directory = path === undefined ? undefined : await settled(directories.find(path));
    return make({ owner, key, request: fingerprint(asked) }, async () => {
      if (directory && "error" in directory) throw directory.error; // what the key has made already is answered all the same
      return { config, name, workspace: directory?.value };
    });
  }

  function fork({ idempotencyKey: key, ...wish }: ForkSession): Promise<Session> {
    const { owner, ...asked } = wish;
    return make({ owner, key, request: fingerprint({ fork: asked }) }, (tx) => drawFork(tx, { ...wish, newId }));
  }

  async function make({ owner, key, request }: Wish, draw: (tx: StoreWriter) => Promise<Drawn>): Promise<Session> {
    let sessionId = newId() as SessionId;
    const made = await writer.insert(async (tx) => {
      const earlier = key === undefined ? undefined : await claimKey(tx, { owner, key, sessionId, request });
      if (earlier) {
        sessionId = earlier;
        return undefined;
      }
      await quotas.admitSession(tx, owner);
      const drawn = await draw(tx);
      checkTimeouts(drawn.config, maxTimeouts);
      checkToolRules(drawn.config);
      return { ...FRESH, id: sessionId, owner, ...drawn };
    });
    if (!made) return get({ owner, sessionId });
    if (made.forkedFrom) failpoint("fork.committed");
    else failpoint("create.committed");
    instances.launch(made);
    return toSession(made);
  }

  return { create, fork };
}

/** For what waits with its failure until it is known whether it matters. */
async function settled<T>(work: Promise<T>): Promise<{ value: T } | { error: unknown }> {
  try {
    return { value: await work };
  } catch (error) {
    return { error };
  }
}
