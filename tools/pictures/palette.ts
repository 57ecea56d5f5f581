/** The colours of a terminal as they are drawn: sixteen of our choice, then the cube and the greys that all share. */

export const BACKGROUND = "#14161b";
export const FOREGROUND = "#d5d8df";

const SIXTEEN = [
  "#2b2f3a #e5646e #7fc07a #dcb567 #6ea4e8 #c08be0 #5fbcc4 #d5d8df",
  "#6d7484 #ff8b93 #a2dd9c #f4d28b #94bfff #d9aef5 #86dbe2 #ffffff",
].flatMap((row) => row.split(" "));

const CUBE_STEPS = [0, 95, 135, 175, 215, 255];

/** @param index 0 to 255, as programs name it */
export function paletteColor(index: number): string {
  if (index < 16) return SIXTEEN[index] ?? FOREGROUND;
  if (index < 232) {
    const at = index - 16;
    return rgb([Math.floor(at / 36), Math.floor(at / 6) % 6, at % 6].map((step) => CUBE_STEPS[step] ?? 0));
  }
  return rgb(Array<number>(3).fill(8 + 10 * (index - 232)));
}

/** @param value 0xRRGGBB */
export function rgbColor(value: number): string {
  return `#${value.toString(16).padStart(6, "0")}`;
}

function rgb(parts: readonly number[]): string {
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
