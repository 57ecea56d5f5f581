/** The highlighter's answer is HTML of two kinds of things, `<span class="hljs-…">` and five entities: as lines here. */
import type { Line, Span } from "../line.ts";
import { span } from "../line.ts";
import type { StyleName } from "../theme.ts";

const PIECE = /<span class="(?:hljs-)?([\w-]+)[^"]*">|<\/span>|&(?:amp|lt|gt|quot|#x27);|[^<&]+/g;
const ENTITIES: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'" };

/** The first word of a scope of highlight.js. What is not listed looks like what it is in. */
const STYLES: Record<string, StyleName> = {
  keyword: "codeKeyword",
  "selector-tag": "codeKeyword",
  literal: "codeNumber",
  number: "codeNumber",
  symbol: "codeNumber",
  bullet: "codeNumber",
  string: "codeString",
  regexp: "codeString",
  char: "codeString",
  comment: "codeComment",
  quote: "codeComment",
  doctag: "codeComment",
  title: "codeName",
  section: "codeName",
  name: "codeName",
  type: "codeType",
  built_in: "codeType",
  attr: "codeType",
  attribute: "codeType",
  variable: "codeType",
  "template-variable": "codeType",
  meta: "codeMeta",
  tag: "codeMeta",
  addition: "added",
  deletion: "removed",
};

export function readHighlighted(html: string): Line[] {
  const lines: Span[][] = [[]];
  const styles: (StyleName | undefined)[] = [];
  for (const [piece, scope] of html.matchAll(PIECE)) {
    if (scope !== undefined) styles.push(STYLES[scope] ?? styles.at(-1));
    else if (piece === "</span>") styles.pop();
    else addText(lines, ENTITIES[piece] ?? piece, styles.at(-1));
  }
  return lines;
}

/** What has one style is one span. */
function addText(lines: Span[][], text: string, style: StyleName | undefined): void {
  for (const [index, piece] of text.split("\n").entries()) {
    if (index > 0) lines.push([]);
    const line = lines.at(-1);
    const before = line?.at(-1);
    if (line === undefined || piece === "") continue;
    if (before !== undefined && before.style === style) line[line.length - 1] = span(before.text + piece, style);
    else line.push(span(piece, style));
  }
}
