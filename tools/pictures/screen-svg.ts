/** What a terminal shows, as an SVG: a rectangle for each stretch of background, a text for each stretch of one style. */
import type { IBufferCell, IBufferLine, Terminal } from "@xterm/headless";
import { BACKGROUND, FOREGROUND, paletteColor, rgbColor } from "./palette.ts";

export const FONT = "DejaVu Sans Mono";
const FONT_SIZE = 14;
/** DejaVu Sans Mono's own width of a character. */
const CELL_WIDTH = FONT_SIZE * 0.602;
const CELL_HEIGHT = 18;
const BASELINE = 13.5;
const MARGIN = 14;

type Style = { color: string; background: string; attributes: string };
type Stretch = Style & { column: number; cells: number; text: string };

export function toSvg(terminal: Terminal): string {
  const { active } = terminal.buffer;
  const [width, height] = [terminal.cols * CELL_WIDTH + 2 * MARGIN, terminal.rows * CELL_HEIGHT + 2 * MARGIN];
  const rows = Array.from({ length: terminal.rows }, (_, row) => drawRow(active.getLine(active.baseY + row), row));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="${FONT}" font-size="${FONT_SIZE}">`,
    `<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>`,
    ...rows.flat(),
    "</svg>",
  ].join("\n");
}

function drawRow(line: IBufferLine | undefined, row: number): string[] {
  if (!line) return [];
  const y = MARGIN + row * CELL_HEIGHT;
  return stretchesOf(line).flatMap(({ column, cells, text, color, background, attributes }) => {
    const x = MARGIN + column * CELL_WIDTH;
    const behind = `<rect x="${x}" y="${y}" width="${cells * CELL_WIDTH}" height="${CELL_HEIGHT}" fill="${background}"/>`;
    const written = `<text x="${x}" y="${y + BASELINE}" fill="${color}" xml:space="preserve"${attributes}>${escape(text)}</text>`;
    return [...(background === BACKGROUND ? [] : [behind]), ...(text.trim() === "" ? [] : [written])];
  });
}

function stretchesOf(line: IBufferLine): Stretch[] {
  const stretches: Stretch[] = [];
  for (let column = 0; column < line.length; column += 1) {
    const cell = line.getCell(column);
    if (!cell || cell.getWidth() === 0) continue; // the second half of a wide character
    const style = styleOf(cell);
    const text = cell.getChars() || " ";
    const last = stretches.at(-1);
    const goesOn = last?.color === style.color && last.background === style.background;
    if (last && goesOn && last.attributes === style.attributes) {
      last.text += text;
      last.cells += cell.getWidth();
    } else stretches.push({ ...style, column, cells: cell.getWidth(), text });
  }
  return stretches;
}

function styleOf(cell: IBufferCell): Style {
  const color = colorOf(cell.isFgRGB(), cell.isFgPalette(), cell.getFgColor(), FOREGROUND);
  const background = colorOf(cell.isBgRGB(), cell.isBgPalette(), cell.getBgColor(), BACKGROUND);
  const attributes = [
    cell.isBold() ? ' font-weight="bold"' : "",
    cell.isItalic() ? ' font-style="italic"' : "",
    cell.isUnderline() ? ' text-decoration="underline"' : "",
    cell.isStrikethrough() ? ' text-decoration="line-through"' : "",
    cell.isDim() ? ' opacity="0.6"' : "",
  ].join("");
  return cell.isInverse() ? { color: background, background: color, attributes } : { color, background, attributes };
}

function colorOf(isRgb: boolean, isPalette: boolean, value: number, otherwise: string): string {
  if (isRgb) return rgbColor(value);
  return isPalette ? paletteColor(value) : otherwise;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
