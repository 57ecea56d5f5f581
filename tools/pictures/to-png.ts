import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Resvg } from "@resvg/resvg-js";
import { FONT } from "./screen-svg.ts";

const FONTS = fileURLToPath(new URL("ttf/", import.meta.resolve("dejavu-fonts-ttf/package.json")));
const FACES = ["", "-Bold", "-Oblique", "-BoldOblique"].map((face) => join(FONTS, `DejaVuSansMono${face}.ttf`));
/** Sharp also on screens that have more dots than one for one. */
const SCALE = 1.5;

export function toPng(svg: string): Uint8Array {
  const font = { fontFiles: FACES, loadSystemFonts: false, defaultFontFamily: FONT };
  return new Resvg(svg, { font, fitTo: { mode: "zoom", value: SCALE } }).render().asPng();
}
