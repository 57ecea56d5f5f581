/** Blocks of markdown as lines. */
import type { Tokens } from "marked";
import { printable } from "../../../output/printable.ts";
import { cleanLines } from "../clean-text.ts";
import { type Highlight, layoutCode } from "../code/layout-code.ts";
import { BLANK, type Line, type Span, span } from "../line.ts";
import { indentOf, MIN_WIDTH, prefixLines } from "../wrap/wrap-line.ts";
import { layoutInline } from "./layout-inline.ts";
import { layoutTable } from "./layout-table.ts";
import type { Token } from "./lex.ts";
import { wrapSpans } from "./wrap-spans.ts";

export type BlockOptions = {
  /** In columns; at least MIN_WIDTH. */
  width: number;
  /** Absent until it is loaded: code is shown without colours. */
  highlight?: Highlight | undefined;
};

const QUOTE: Span = { text: "│ ", style: "quote" };
const BULLET: Span = { text: "• ", style: "mark" };
const CODE_INDENT: Span = { text: "  " };

/** Whether a token is shown at all: others only stand between blocks. */
export function isShown(token: Token): boolean {
  return token.type !== "space";
}

/** The blocks with a blank line between them. */
export function layoutBlocks(tokens: readonly Token[], options: BlockOptions): Line[] {
  return tokens
    .filter(isShown)
    .flatMap((token, index) => (index === 0 ? layoutBlock(token, options) : [BLANK, ...layoutBlock(token, options)]));
}

function layoutBlock(token: Token, options: BlockOptions): Line[] {
  const { width } = options;
  switch (token.type) {
    case "heading":
      return wrapSpans(layoutInline(token.tokens ?? [], token["depth"] === 1 ? "title" : "heading"), width);
    case "code":
      return indented(CODE_INDENT, options, (inner) => [
        ...asWritten(restOfInfo(token as Tokens.Code), inner.width),
        ...layoutCode(codeOf(token as Tokens.Code), inner),
      ]);
    case "blockquote":
      return indented(QUOTE, options, (inner) => layoutBlocks(token.tokens ?? [], inner), QUOTE);
    case "list":
      return layoutList(token as Tokens.List, options);
    case "table":
      if (hasMoreCells(token as Tokens.Table)) return asWritten(token.raw, width);
      return layoutTable(token as Tokens.Table, width);
    case "def":
      return asWritten(token.raw.trimEnd(), width);
    case "hr":
      return [[{ text: "─".repeat(width), style: "mark" }]];
    case "paragraph":
      return wrapSpans(layoutInline(token.tokens ?? []), width);
    default:
      return wrapSpans(layoutInline([token]), width);
  }
}

/** Quieter than the rest: what means something to a program only. No text of an agent is left out. */
function asWritten(text: string, width: number): Line[] {
  return text === "" ? [] : wrapSpans([span(printable(text), "muted")], width);
}

/** What stands behind the language of a fence. */
function restOfInfo({ lang = "" }: Tokens.Code): string {
  return lang.replace(/^\S*\s*/, "");
}

/** The lexer leaves out those that have no heading. */
function hasMoreCells({ raw, header }: Tokens.Table): boolean {
  const cellsIn = (row: string) =>
    row
      .trim()
      .replace(/^\||(?<!\\)\|$/g, "")
      .split(/(?<!\\)\|/).length;
  return raw
    .trimEnd()
    .split("\n")
    .some((row) => cellsIn(row) > header.length);
}

function codeOf({ text, lang }: Tokens.Code) {
  return { lines: cleanLines(text), language: lang?.split(/\s/, 1)[0] ?? "" };
}

/** Items stand close together unless one of them holds several blocks. */
function layoutList(list: Tokens.List, options: BlockOptions): Line[] {
  return list.items.flatMap((item, index) => {
    const mark: Span = list.ordered ? { text: `${numberOf(item)}. `, style: "mark" } : BULLET;
    const lines = indented(mark, options, (inner) => layoutItem(item, inner));
    return index > 0 && list.loose ? [BLANK, ...lines] : lines;
  });
}

/** As it was written: an agent's numbers mean something, also where they skip. */
function numberOf({ raw }: Tokens.ListItem): string {
  return /\d+/.exec(raw)?.[0] ?? "1";
}

function layoutItem({ tokens, loose }: Tokens.ListItem, options: BlockOptions): Line[] {
  if (loose) return layoutBlocks(tokens, options);
  const [box, text, ...rest]: Token[] = tokens;
  const isTask = box?.type === "checkbox" && text !== undefined;
  const blocks = isTask ? [{ ...text, tokens: [box, ...(text.tokens ?? [])] }, ...rest] : tokens;
  return blocks.filter(isShown).flatMap((token) => layoutBlock(token, options));
}

/** What is inside is laid out in what `mark` leaves of the width. Where that is too little, it gets no mark. */
function indented(mark: Span, options: BlockOptions, layout: (inner: BlockOptions) => Line[], rest?: Span): Line[] {
  const width = options.width - indentOf(mark).text.length;
  if (width < MIN_WIDTH) return layout(options);
  const lines = layout({ ...options, width });
  return prefixLines(lines.length === 0 ? [BLANK] : lines, mark, rest);
}
