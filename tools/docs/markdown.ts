/** Pieces of the generated documents. */
export type Page = { path: string; text: string };

export function page({ title, source, body }: { title: string; source: string; body: string[] }): string {
  const note = `<!-- Generated from ${source} by ./dev docs. Edit the rows there. -->`;
  return [`# ${title}`, "", note, "", ...body, ""].join("\n");
}

export function table(head: string[], rows: string[][]): string[] {
  const lines = [head, head.map(() => "---"), ...rows.map((row) => row.map(escapeCell))];
  return lines.map((cells) => `| ${cells.join(" | ")} |`);
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
