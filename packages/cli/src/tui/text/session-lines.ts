/** All that makes a session's lines: for those who have no terminal, such as benchmarks. */
export { highlight } from "./code/highlighter.ts";
export { sourceOf } from "./lines-index/entry-source.ts";
export { createLineIndex, type LineIndex } from "./lines-index/line-index.ts";
export { createTheme } from "./theme.ts";
export { toAnsi } from "./to-ansi.ts";
