import type Docker from "dockerode";
import type { Outcome } from "./outcome.ts";

export type BenchContext = {
  docker: Docker;
  /** The session image: what all arms run in. */
  image: string;
  /** How many samples were asked for, if any. */
  samples: number | undefined;
  /** `fresh-clone` is to build its image too. */
  coldImage: boolean;
  /** Ctrl-C, or the bench's time is up. */
  signal: AbortSignal;
  onProgress: (line: string) => void;
};

export type Bench = (context: BenchContext) => Promise<Outcome>;
