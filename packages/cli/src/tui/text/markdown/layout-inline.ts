/** What stands in a paragraph: emphasis, code, links with their targets. */
import { printable } from "../../../output/printable.ts";
import { type Span, span } from "../line.ts";
import type { StyleName } from "../theme.ts";
import type { Token } from "./lex.ts";

/** The lexer leaves these as they were written, and makes characters of numbers, be they what they may. */
const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'", nbsp: " " };

/** Spans in the order of the text; a span's text may hold newlines. */
export function layoutInline(tokens: readonly Token[], style?: StyleName): Span[] {
  return tokens.flatMap((token) => layoutToken(token, style));
}

function layoutToken(token: Token, style: StyleName | undefined): Span[] {
  switch (token.type) {
    case "strong":
      return layoutInline(token.tokens ?? [], style === "emphasis" ? "strongEmphasis" : (style ?? "strong"));
    case "em":
      return layoutInline(token.tokens ?? [], style === "strong" ? "strongEmphasis" : (style ?? "emphasis"));
    case "del":
      return layoutInline(token.tokens ?? [], style ?? "strike");
    case "codespan":
      return [harmless(textOf(token), "code")];
    case "br":
      return [{ text: "\n" }];
    case "checkbox":
      return [span(token["checked"] === true ? "[x] " : "[ ] ", "mark")];
    case "link":
      return layoutLink(token);
    case "image":
      return [harmless(`[image: ${textOf(token)}]`, "link"), ...layoutTarget(token)];
    case "text":
      return token.tokens === undefined ? [harmless(decode(textOf(token)), style)] : layoutInline(token.tokens, style);
    case "escape":
      return [harmless(textOf(token), style)];
    default:
      return [harmless(token.raw, style)];
  }
}

function layoutLink(token: Token): Span[] {
  const shown = layoutInline(token.tokens ?? [], "link");
  const text = shown.map((piece) => piece.text).join("");
  const href = hrefOf(token);
  return (text === href || `mailto:${text}` === href) && !token["title"] ? shown : [...shown, ...layoutTarget(token)];
}

/** Nobody should have to follow a link to see where it leads. */
function layoutTarget(token: Token): Span[] {
  const { title } = token as { title?: unknown };
  const called = typeof title === "string" && title !== "" ? ` "${title}"` : "";
  return [harmless(` (${hrefOf(token)}${called})`, "linkTarget")];
}

function harmless(text: string, style: StyleName | undefined): Span {
  return span(printable(text), style);
}

function hrefOf(token: Token): string {
  return typeof token["href"] === "string" ? token["href"] : "";
}

function textOf(token: Token): string {
  return typeof token["text"] === "string" ? token["text"] : token.raw;
}

function decode(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (entity, name: string) => ENTITIES[name] ?? entity);
}
