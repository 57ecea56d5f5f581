/** The state of the UI, and what there is to say about what went well or wrong. */
import { toFailure } from "../../output/describe-error.ts";
import type { Frames } from "./frames.ts";
import { FIRST_STATE, type UiState } from "./ui-state.ts";

export type Ui = {
  state(): UiState;
  /** Changes the state and draws. */
  set(change: Partial<UiState>): void;
  /** Shows it until the next key. */
  say(text: string): void;
  /** Shows why something failed, until the next key. */
  sayFailure(error: unknown): void;
  /** Runs what may fail, and shows why it did. */
  attempt(work: () => unknown): void;
};

export function createUiState(frames: Frames, signal: AbortSignal): Ui {
  let state = FIRST_STATE;

  function set(change: Partial<UiState>): void {
    state = { ...state, ...change };
    frames.now();
  }

  function sayFailure(error: unknown): void {
    if (signal.aborted) return;
    const { code, message, hint } = toFailure(error);
    set({ notice: { text: `${code}: ${message}`, isFailure: true, todo: hint } });
  }

  async function run(work: () => unknown): Promise<void> {
    try {
      await work();
    } catch (error) {
      sayFailure(error);
    }
  }

  return {
    state: () => state,
    set,
    say: (text) => set({ notice: { text, isFailure: false } }),
    sayFailure,
    attempt: (work) => void run(work),
  };
}
