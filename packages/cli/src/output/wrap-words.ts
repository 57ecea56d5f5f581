/**
 * A line in lines of at most `width` characters, broken between words; those that follow the first are indented as it
 * is. A word that is longer stays whole, for paths and addresses are copied.
 */
export function wrapWords(line: string, width: number): string[] {
  const indent = /^ */.exec(line)?.[0] ?? "";
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const before = rest.lastIndexOf(" ", width);
    const cut = before > indent.length ? before : rest.indexOf(" ", indent.length);
    if (cut < 0) break;
    lines.push(rest.slice(0, cut).trimEnd());
    rest = `${indent}${rest.slice(cut).trimStart()}`;
  }
  return [...lines, rest];
}
