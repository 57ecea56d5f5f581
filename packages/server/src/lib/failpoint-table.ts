/**
 * Every failpoint: one row each, in the order in which things happen. `docs/crash-points.md` is generated from the
 * rows. The words are of sessions and turns; to this folder they are text. The table is here because core, drivers
 * and edges all use its names, and `lib/` is what all of them may import.
 */
type Row = {
  /** What has just happened. */
  done: string;
  /** What has not happened yet. */
  missing: string;
  /** Who puts it right after a crash here. */
  repair: string;
};

export const FAILPOINTS = {
  "start.install-drafted": {
    done: "The draft of the install's id is in the data directory.",
    missing: "It is not in its place; there is no lock and no database.",
    repair: "The next start makes a new one, and removes the draft.",
  },
  "start.install-made": {
    done: "The data directory has its id and secret.",
    missing: "The lock is not taken; there is no database.",
    repair: "The next start finds them and goes on.",
  },
  "start.locked": {
    done: "The lock is taken.",
    missing: "The database is not opened.",
    repair: "The kernel lets go of the lock.",
  },
  "start.migrated": {
    done: "The schema is that of this code.",
    missing: "Nothing of the database has been read.",
    repair: "The next start finds nothing to migrate.",
  },
  "start.joined": {
    done: "The gateway is on the list of those that live, and those of before are off it.",
    missing: "It holds no session.",
    repair: "The next start takes its place.",
  },
  "start.listening": {
    done: "The gateway listens.",
    missing: "`server.json` does not name it; nothing is reconciled.",
    repair: "The next start announces itself.",
  },
  "start.announced": {
    done: "`server.json` names the gateway.",
    missing: "Nothing is reconciled.",
    repair: "The next start writes the file again and reconciles.",
  },
  "create.committed": {
    done: "The session's row and first event are on disk.",
    missing: "Nothing is made for it; the caller has no answer.",
    repair: "Reconcile launches what is `starting`. The caller's next try, under the same key, gets the same session.",
  },
  "fork.committed": {
    done: "A fork's row, which says what it is to get, and its first event are on disk.",
    missing: "Its conversation and files are not copied; the caller has no answer.",
    repair: "Reconcile launches what is `starting`, and copies first. The caller's next try gets the same fork.",
  },
  "fork.lines-copied": {
    done: "Some of a fork's conversation is copied, or all; its row says how far.",
    missing: "Its files are not copied.",
    repair: "Reconcile launches again; copying goes on from there.",
  },
  "fork.frozen": {
    done: "The fork's parent stands still.",
    missing: "No files are copied; the parent's row knows nothing of it.",
    repair: "Reconcile compares the parent's row with its container and has it go on; the fork's launch copies.",
  },
  "fork.helper-made": {
    done: "The fork's volumes are there, empty, and the container that is to fill them.",
    missing: "It is not started.",
    repair: "Reconcile launches again; the copy removes what an earlier try left and begins anew.",
  },
  "fork.helper-started": {
    done: "The files are being copied.",
    missing: "Nobody waits for the end of it.",
    repair: "As above.",
  },
  "fork.copied": {
    done: "The files are copied, the container that did it is gone.",
    missing: "The fork's row says that they are still to be copied.",
    repair: "As above: they are copied again.",
  },
  "fork.noted": {
    done: "The row says that the fork has its files.",
    missing: "Its container is not made.",
    repair: "Reconcile launches it.",
  },
  "launch.socket-made": {
    done: "The socket's directory is there.",
    missing: "There is no container and no volume.",
    repair: "Reconcile launches again; the directory is used as it is.",
  },
  "launch.container-found": {
    done: "The container of an earlier launch was found.",
    missing: "It is not started again.",
    repair: "Reconcile launches again and finds it again.",
  },
  "launch.stale-removed": {
    done: "What an earlier instance left of its container is removed.",
    missing: "The session has no container.",
    repair: "Reconcile launches again.",
  },
  "launch.container-created": {
    done: "Container and volumes are there.",
    missing: "The container is not started.",
    repair: "Reconcile launches again; the container is found by its name and started.",
  },
  "launch.container-started": {
    done: "The container runs.",
    missing: "Nobody wants its link yet.",
    repair: "Reconcile launches again; the running container is taken as it is.",
  },
  "launch.link-wanted": {
    done: "The bell for the link has rung.",
    missing: "The link is not open.",
    repair: "As above. A bell holds nothing that could be lost.",
  },
  "link.opened": {
    done: "The pipe to the wrapper is open.",
    missing: "Neither side has said hello.",
    repair: "The wrapper waits for the next pipe.",
  },
  "link.hello-heard": {
    done: "Both have said hello.",
    missing: "A wrapper without an agent is not told to start one.",
    repair: "The wrapper says in its next hello whether it has one.",
  },
  "link.start-prepared": {
    done: "What the agent is to start with is read, the end of an unfinished turn written.",
    missing: "`start` is not written.",
    repair: "As above; it is read again.",
  },
  "link.start-sent": {
    done: "`start` is in the pipe.",
    missing: "The agent is not ready.",
    repair: "As above. A wrapper that starts its agent goes on alone.",
  },
  "ready.heard": {
    done: "The wrapper has said that the agent is ready.",
    missing: "The session is still `starting`.",
    repair: "The wrapper says so again in its next hello.",
  },
  "ready.committed": {
    done: "The session is `idle` on disk, or `running` the prompt that waited.",
    missing: "The wrapper does not know of the prompt.",
    repair: "Reconcile wants the link; each new link begins with the running turn.",
  },
  "store.written": {
    done: "A transaction has written its rows.",
    missing: "It is not committed.",
    repair: "SQLite takes it back; the caller's next try, under the same key, is the first.",
  },
  "store.committed": {
    done: "The transaction is committed.",
    missing: "It is not synced, and nobody knows of it.",
    repair:
      "The commit outlives the process; the caller's next try finds it. A power cut may take it: nobody was told.",
  },
  "store.synced": {
    done: "The transaction is on disk.",
    missing: "No bell has rung; nobody is answered.",
    repair: "Followers read on from their cursor; the caller's next try finds it.",
  },
  "send.rung": {
    done: "The prompt is on disk and the bells have rung.",
    missing: "The caller has no answer.",
    repair: "The caller's next try, under the same key, gets the same turn.",
  },
  "turn.start-read": {
    done: "The running turn was read for its wrapper.",
    missing: "`turn.start` is not written.",
    repair: "Each new link begins with the running turn.",
  },
  "turn.start-sent": {
    done: "`turn.start` is in the pipe.",
    missing: "Nothing of the agent has come.",
    repair: "The next link says it again; a wrapper that knows the turn ignores it.",
  },
  "broker.call-taken": {
    done: "The agent's model call has arrived.",
    missing: "It is not forwarded.",
    repair: "The agent repeats the call over the next link.",
  },
  "broker.answer-begun": {
    done: "The model has begun its answer, which is paid for.",
    missing: "The agent has none of it.",
    repair: "The agent repeats the call, and it is paid for again.",
  },
  "ingest.received": {
    done: "Items have come up the link.",
    missing: "Nothing of them is written.",
    repair: "The wrapper sends again what is above the number in the gateway's hello.",
  },
  "ingest.applied": {
    done: "The items' events and what they mean for the turn are drafted.",
    missing: "Nothing is committed.",
    repair: "As above.",
  },
  "approval.drafted": {
    done: "The agent's question is drafted, with its event.",
    missing: "Nothing is committed.",
    repair: "The wrapper sends the question again.",
  },
  "approval.answered": {
    done: "The answer to a question is on disk and the bells have rung.",
    missing: "The caller has no answer; the agent waits.",
    repair:
      "Each new link begins with the answers of the running turn. The caller's next try, if it says the same, is told so.",
  },
  "approval.answer-read": {
    done: "The answer was read for its wrapper.",
    missing: "It is not written.",
    repair: "As above.",
  },
  "approval.answer-sent": {
    done: "The answer is in the pipe.",
    missing: "Nothing of what the agent does with it has come.",
    repair: "The next link says it again; a wrapper whose agent does not wait for it ignores it.",
  },
  "approval.rules-read": {
    done: "The rules that an answer has added, or its owner withdrawn, were read for the session's wrapper.",
    missing: "They are not written.",
    repair: "A wrapper says in its hello which it was told; a link begins with those of the row, where they differ.",
  },
  "approval.rules-sent": {
    done: "The rules are in the pipe; the answer that added one is not.",
    missing: "The agent still waits.",
    repair: "As above, and as with the answer itself.",
  },
  "turn.end-written": {
    done: "The turn's end is in the transaction.",
    missing: "It is not committed; the next turn is not started.",
    repair: "The wrapper sends the agent's result again.",
  },
  "ingest.committed": {
    done: "Events and the number of the last item are on disk, in one commit; the bells have rung.",
    missing: "The wrapper has no acknowledgement.",
    repair: "The gateway's hello has the number; what comes again all the same is dropped.",
  },
  "ingest.acked": {
    done: "The acknowledgement is in the pipe.",
    missing: "The wrapper may not have read it.",
    repair: "As above.",
  },
  "crash.committed": {
    done: "An instance's death is on disk: the session is `starting` again, or at rest.",
    missing: "No new instance is wanted, or the dead one is not removed.",
    repair: "Reconcile launches, or ends the instance of a session at rest.",
  },
  "pause.committed": {
    done: "The session is `paused` on disk.",
    missing: "Its container runs.",
    repair: "Reconcile freezes the container of a session that a person has paused.",
  },
  "pause.frozen": {
    done: "The container is frozen.",
    missing: "The caller has no answer.",
    repair: "The caller's next try finds it done.",
  },
  "resume.committed": {
    done: "The paused session is `idle` or `running` again on disk.",
    missing: "Its container is frozen.",
    repair: "Reconcile lets the container of any other session go on.",
  },
  "resume.thawed": {
    done: "The container goes on.",
    missing: "Nobody wants its link yet.",
    repair: "Reconcile wants the link of every session that is live and not paused.",
  },
  "park.committed": {
    done: "The idle session is `paused` on disk, as parked; the bell has rung.",
    missing: "The wrapper may not know of it.",
    repair: "The wrapper says in its next hello whether its agent stands still, and is told when that is wrong.",
  },
  "park.sent": {
    done: "Whether the agent is to stand still is in the pipe.",
    missing: "The wrapper may not have read it.",
    repair: "As above. An agent that is given a turn goes on without being told.",
  },
  "stop.moved": {
    done: "The session is `stopped` on disk, its turns ended.",
    missing: "The container runs.",
    repair: "Reconcile ends the instance of a session at rest.",
  },
  "instance.stopped": {
    done: "The container has ended.",
    missing: "It is not removed.",
    repair: "Reconcile ends the instance of a session at rest.",
  },
  "instance.socket-removed": {
    done: "The socket's directory is gone.",
    missing: "The container is not removed; where the session is deleted it still runs.",
    repair: "Reconcile finds the container.",
  },
  "instance.removed": {
    done: "The container is gone too.",
    missing: "The caller has no answer; volumes of a session that is deleted are there.",
    repair: "Reconcile goes on with a delete; a stop has nothing left to do.",
  },
  "delete.marked": {
    done: "The session is marked on disk and gone for its owner.",
    missing: "All it owns is still there.",
    repair: "Reconcile removes what marked sessions own, then their rows.",
  },
  "delete.volume-removed": {
    done: "One of its volumes is removed.",
    missing: "The other is not.",
    repair: "As above.",
  },
  "delete.emptied": {
    done: "Nothing of it is on the engine or among the sockets.",
    missing: "Its rows are still there.",
    repair: "As above.",
  },
  "delete.rows-trimmed": {
    done: "Some of its events, transcript, approvals and turns are removed, or all.",
    missing: "The others are there, and its own row, which says that it is deleted.",
    repair: "As above.",
  },
  "delete.rows-removed": {
    done: "Its rows are gone.",
    missing: "The caller has no answer.",
    repair: "The caller's next try is told that there is no such session.",
  },
  "reconcile.taken": {
    done: "Sessions whose gateway does not live are this one's.",
    missing: "Nothing is done for them.",
    repair: "They are nobody's again: the next start takes them.",
  },
  "reconcile.starting-found": {
    done: "A session that was cut off while starting is found.",
    missing: "It is not launched again.",
    repair: "The next round; each step may be done twice.",
  },
  "reconcile.pause-differs": {
    done: "A container that is frozen, or runs, against its session's row is found.",
    missing: "It is not put right.",
    repair: "The next round.",
  },
  "reconcile.live-found": {
    done: "A live session and its instance are found.",
    missing: "Its link is not wanted yet.",
    repair: "The next round.",
  },
  "reconcile.deleted-found": {
    done: "A session marked as deleted is found.",
    missing: "Nothing more of it is removed.",
    repair: "The next round.",
  },
  "reconcile.resting-found": {
    done: "An instance of a session at rest is found.",
    missing: "It is not ended.",
    repair: "The next round.",
  },
  "reconcile.orphan-found": {
    done: "Something of a session that has no row is found.",
    missing: "It is not removed.",
    repair: "The next round.",
  },
  "shutdown.unannounced": {
    done: "`server.json` is taken back.",
    missing: "The gateway still listens.",
    repair: "The next start; the session's agent works on.",
  },
  "shutdown.listener-closed": {
    done: "Callers are cut off.",
    missing: "The links are open and take items in.",
    repair: "The next start; callers try again, followers go on from their cursor.",
  },
  "shutdown.links-closed": {
    done: "The links are closed.",
    missing: "The store is open.",
    repair: "The next start; wrappers keep what is not acknowledged.",
  },
  "shutdown.left": {
    done: "The gateway is off the list of those that live.",
    missing: "The store is open.",
    repair: "The next start, as if it were still on it.",
  },
  "shutdown.store-closed": {
    done: "The store is closed.",
    missing: "The lock is held.",
    repair: "The kernel lets go of the lock.",
  },
} as const satisfies Record<string, Row>;

/** The name of a failpoint. */
export type Failpoint = keyof typeof FAILPOINTS;
