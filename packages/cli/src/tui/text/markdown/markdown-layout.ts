/** Markdown that grows: what is complete is laid out once, only its last block again with every piece. */
import { createPrintable } from "../../../output/printable.ts";
import { createGrowingHighlight } from "../code/growing-highlight.ts";
import { BLANK, type Line } from "../line.ts";
import { type BlockOptions, isShown, layoutBlocks } from "./layout-blocks.ts";
import { type LinkTargets, lexMarkdown, type Token } from "./lex.ts";

export type MarkdownLayout = {
  /** The lines of the whole text so far, which goes on from the one before; any other text begins anew. */
  update(text: string, isComplete: boolean): readonly Line[];
};

/** For one text at one width. */
export function createMarkdownLayout(options: BlockOptions): MarkdownLayout {
  let growing = createGrowingText(options);
  let seen = "";

  function update(text: string, isComplete: boolean): readonly Line[] {
    if (!text.startsWith(seen)) {
      growing = createGrowingText(options);
      seen = "";
    }
    const piece = text.slice(seen.length);
    seen = text;
    return growing.add(piece, isComplete);
  }

  return { update };
}

/** A whole text. */
export function layoutMarkdown(text: string, options: BlockOptions): readonly Line[] {
  return createGrowingText(options).add(text, true);
}

function createGrowingText(options: BlockOptions) {
  const { width, highlight } = options;
  const whileOpen: BlockOptions = { width, highlight: highlight && createGrowingHighlight(highlight) };
  const printable = createPrintable();
  const links: LinkTargets = {};
  const finished: Line[] = [];
  /** Harmless text of the block that may still change, and of what comes after it. */
  let source = "";

  function finish(tokens: readonly Token[]): void {
    const lines = layoutBlocks(tokens, options);
    if (finished.length > 0 && lines.length > 0) finished.push(BLANK);
    for (const line of lines) finished.push(line);
    source = source.slice(tokens.reduce((length, { raw }) => length + raw.length, 0));
  }

  function add(piece: string, isComplete: boolean): readonly Line[] {
    source += printable.push(piece) + (isComplete ? printable.flush() : "");
    const tokens = lexMarkdown(source, links);
    const open = isComplete ? tokens.length : tokens.findLastIndex(isShown);
    if (open > 0) finish(tokens.slice(0, open));
    const lines = layoutBlocks(tokens.slice(Math.max(0, open)), whileOpen);
    return [...finished, ...(finished.length > 0 && lines.length > 0 ? [BLANK] : []), ...lines];
  }

  return { add };
}
