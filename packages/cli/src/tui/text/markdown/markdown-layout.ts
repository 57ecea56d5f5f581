/** Markdown that grows: what is complete is laid out once, only its last block again with every piece. */
import { createPrintable } from "../../../output/printable.ts";
import { createGrowingHighlight } from "../code/growing-highlight.ts";
import { BLANK, type Line } from "../line.ts";
import { type BlockOptions, isShown, layoutBlocks } from "./layout-blocks.ts";
import { type LinkTargets, lexMarkdown, type Token } from "./lex.ts";
import { wrapSpans } from "./wrap-spans.ts";

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

type Open = { length: number; tokens: readonly Token[]; lines: readonly Line[] };

/** A list or a table without end would take longer with every piece. Code does not. */
const LONG_CHARS = 8000;
const LONG_GROWTH = 1.1;
/** More is laid out at its end only. */
const ENDLESS_CHARS = 30_000;

/** A whole text. */
export function layoutMarkdown(text: string, options: BlockOptions): readonly Line[] {
  return createGrowingText(options).add(text, true);
}

function createGrowingText(options: BlockOptions) {
  const { width, highlight } = options;
  const whileOpen: BlockOptions = { width, highlight: highlight && createGrowingHighlight(highlight) };
  const printable = createPrintable();
  /** Of definitions that are complete: half a target leads elsewhere. */
  const links: LinkTargets = {};
  const finished: Line[] = [];
  /** Harmless text of the block that may still change, and of what comes after it. */
  let source = "";
  /** The part of `source` that was laid out last. */
  let open: Open = { length: 0, tokens: [], lines: [] };

  function finish(tokens: readonly Token[]): void {
    const lines = layoutBlocks(tokens, options);
    Object.assign(links, targetsIn(tokens), { ...links });
    if (finished.length > 0 && lines.length > 0) finished.push(BLANK);
    for (const line of lines) finished.push(line);
    source = source.slice(tokens.reduce((length, { raw }) => length + raw.length, 0));
  }

  /** What is long is laid out again when it has grown by some part; what came since stands below as it was written. */
  function isSoonEnough(): boolean {
    const isCode = open.tokens.at(-1)?.type === "code";
    const next = open.length < ENDLESS_CHARS ? open.length * LONG_GROWTH : Number.POSITIVE_INFINITY;
    return !isCode && open.length > LONG_CHARS && source.length < next;
  }

  function layoutOpen(): readonly Line[] {
    if (isSoonEnough()) return [...open.lines, ...wrapSpans([{ text: source.slice(open.length) }], width)];
    const tokens = lexMarkdown(source, { ...links });
    const first = Math.max(0, firstOpen(tokens));
    if (first > 0) finish(tokens.slice(0, first));
    const rest = tokens.slice(first);
    open = { length: source.length, tokens: rest, lines: layoutBlocks(rest, whileOpen) };
    return open.lines;
  }

  function add(piece: string, isComplete: boolean): readonly Line[] {
    source += printable.push(piece) + (isComplete ? printable.flush() : "");
    if (isComplete) finish(lexMarkdown(source, { ...links }));
    const lines = isComplete ? [] : layoutOpen();
    return [...finished, ...(finished.length > 0 && lines.length > 0 ? [BLANK] : []), ...lines];
  }

  return { add };
}

/** After one of these nothing is added to what comes before it. */
const ENDS = new Set(["space", "heading", "code", "hr"]);

/** Perhaps the mark of one more item of the list before it. */
const ITEM_BEGINS = /^\s*[\d.)*+-]+$/;

/** The first of the tokens that more text may still change. */
function firstOpen(tokens: readonly Token[]): number {
  let open = tokens.findLastIndex((token) => isShown(token) && !ITEM_BEGINS.test(token.raw));
  while (open > 0 && !ENDS.has(tokens[open - 1]?.type ?? "space")) open -= 1;
  return open;
}

function targetsIn(tokens: readonly Token[]): LinkTargets {
  const definitions = tokens.filter(({ type }) => type === "def").toReversed();
  return Object.fromEntries(definitions.map(({ tag, href, title }) => [tag, { href, title }]));
}
