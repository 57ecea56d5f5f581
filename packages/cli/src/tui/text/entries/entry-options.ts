import type { Highlight } from "../code/layout-code.ts";

export type EntryOptions = {
  /** In columns; less than MIN_WIDTH counts as that. */
  width: number;
  /** Absent until it is loaded: code is shown without colours. */
  highlight?: Highlight | undefined;
  /** All of a tool call, a thought or an approval, instead of what says most. */
  isExpanded: boolean;
};
