/** What the schemas say that is used without them too: a program that checks nothing need not load zod for it. */

export const SESSION_STATUSES = ["starting", "idle", "running", "paused", "stopped", "failed"] as const;

/** Who decides about a tool call that no rule decides: nobody, for the container is the border; or the owner. */
export const PERMISSION_MODES = ["bypass", "ask"] as const;

/** A prompt in UTF-8 may have this many bytes. Twice the largest prompt a model of today takes in. */
export const MAX_PROMPT_BYTES = 1024 * 1024;
