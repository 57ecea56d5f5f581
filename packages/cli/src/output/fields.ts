import { printableLine } from "./printable.ts";

export type Field = readonly [name: string, value: string];

/** A field a line, its value harmless on a terminal; a name is not repeated where the one before is the same. */
export function formatFields(fields: readonly Field[]): string {
  const width = Math.max(...fields.map(([name]) => name.length));
  const lines = fields.map(([name, value], index) => {
    const shown = fields[index - 1]?.[0] === name ? "" : name;
    return `${shown.padEnd(width)}  ${printableLine(value)}`.trimEnd();
  });
  return `${lines.join("\n")}\n`;
}
