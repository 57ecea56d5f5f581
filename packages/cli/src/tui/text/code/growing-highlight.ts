/** Colours for code that grows: what was coloured stays, so that a long block costs no more than a short one. */
import type { Line } from "../line.ts";
import type { Highlight } from "./layout-code.ts";

/** Coloured together. A comment or string over a bound may be coloured wrongly, until the block is complete. */
const CHUNK_LINES = 60;

/** For one block at a time; any other code begins anew. */
export function createGrowingHighlight(highlight: Highlight): Highlight {
  let done: { language: string; text: string; lines: readonly Line[] } = { language: "", text: "", lines: [] };

  return (code, language) => {
    if (language !== done.language || !code.startsWith(done.text)) done = { language, text: "", lines: [] };
    const rest = code.slice(done.text.length);
    const coloured = highlight(rest, language);
    if (coloured === undefined) return undefined;
    const lines = [...done.lines, ...coloured];
    // The last line may still grow.
    const complete = Math.floor((coloured.length - 1) / CHUNK_LINES) * CHUNK_LINES;
    if (complete > 0) {
      const text = `${rest.split("\n").slice(0, complete).join("\n")}\n`;
      done = { language, text: done.text + text, lines: lines.slice(0, done.lines.length + complete) };
    }
    return lines;
  };
}
