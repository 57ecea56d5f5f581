/** How far the making of an image has come, for who waits for it. */

/** `done`: of a step, so many bytes; `of`: of how many, where that is known. */
export type Bytes = { done: number; of?: number };

/** `step`: what is being done, in words. `done`: how much of the whole, from 0 to 1; never less than before. */
export type ImageProgress = { step: string; done: number; bytes?: Bytes };

/** `part`: of this stage, from 0 to 1. */
export type StageReport = (step: string, part: number, bytes?: Bytes) => void;

export type Progress = {
  /**
   * Begins a stage that is guessed to take this share, from 0 to 1, of what is left: how much that is, is not known
   * before it is known what has to be built. The next stage begins where this one has come to.
   */
  beginStage(share: number): StageReport;
};

export function createProgress(tell: (progress: ImageProgress) => void): Progress {
  let done = 0;
  return {
    beginStage(share) {
      const from = done;
      const width = (1 - from) * share;
      return (step, part, bytes) => {
        done = Math.max(done, from + width * Math.min(1, Math.max(0, part)));
        tell({ step, done, ...(bytes && { bytes }) });
      };
    },
  };
}
