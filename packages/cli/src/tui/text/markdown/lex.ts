/** Markdown to tokens, in time that grows with the length, whatever an agent writes. */
import { Lexer, type Tokens, type TokensList } from "marked";

/** Finding emphasis takes time by the length and by the marks that could be some: beyond these it is shown as written. */
const MAX_INLINE_CHARS = 16_000;
const MAX_INLINE_MARKS = 400;
const INLINE_MARK = /[*_~[\]<`]+/g;

/** Twenty quotes or list items within each other: the lexer calls itself for each. */
const TOO_DEEP = /^(?:[ \t]*(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])){20}/m;

/** Where links of the form `[text][name]` lead: known once their definition has been read. */
export type LinkTargets = TokensList["links"];

/** A token of any kind; what a kind has beside `raw` is named by the lexer's types. */
export type Token = Tokens.Generic;

/** Tokens whose `raw` texts make up `source`, which is harmless text. Definitions in it are added to `links`. */
export function lexMarkdown(source: string, links: LinkTargets): Token[] {
  if (TOO_DEEP.test(source)) return [plain(source)];
  try {
    return lex(source, links);
  } catch {
    // The lexer gives up on what nests too deeply in other ways: such a text is shown as it was written.
    return [plain(source)];
  }
}

function lex(source: string, links: LinkTargets): Token[] {
  const lexer = new Lexer({ gfm: true });
  lexer.tokens.links = links;
  lexer.blockTokens(source, lexer.tokens);
  // The queue grows no further while it is read: inline tokens hold no blocks.
  for (const { src, tokens } of lexer.inlineQueue) {
    if (isLexable(src)) lexer.inlineTokens(src, tokens);
    else tokens.push(plain(src));
  }
  return [...lexer.tokens];
}

function isLexable(source: string): boolean {
  if (source.length > MAX_INLINE_CHARS) return false;
  return (source.match(INLINE_MARK)?.length ?? 0) <= MAX_INLINE_MARKS;
}

function plain(text: string): Tokens.Text {
  return { type: "text", raw: text, text };
}
