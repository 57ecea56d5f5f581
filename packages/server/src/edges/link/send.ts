import type { ToWrapper } from "@cc-docker/protocol";

/** Says something to the wrapper. `onWritten`: the pipe has taken it. */
export type Send = (message: ToWrapper, onWritten?: () => void) => void;
