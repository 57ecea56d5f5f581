import type { Line } from "../text/line.ts";

/** Columns and rows of the terminal. */
export type Size = { readonly columns: number; readonly rows: number };

/** What is on the screen: its rows from the top, none wider than the screen, and where text is written. */
export type Frame = {
  readonly lines: readonly Line[];
  readonly cursor?: { readonly x: number; readonly y: number } | undefined;
};
