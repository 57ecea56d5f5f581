import type Docker from "dockerode";
import type { History } from "../../../tests/harness/history/history.ts";
import type { Seat } from "../clients/seat.ts";
import type { Gateway } from "../stand/gateway.ts";
import type { OwnEngine } from "../stand/own-engine.ts";

/** Whom a kill may hit. */
export type Targets = {
  gateway: Gateway;
  seats: readonly Seat[];
  docker: Docker;
  /** Absent when the engine is the machine's. */
  engine: OwnEngine | undefined;
  history: History;
  signal: AbortSignal;
};
