/** What each style looks like: one row a style. */

type Attribute = keyof typeof ATTRIBUTES;
/** `basic` is one of a terminal's sixteen colours, which the terminal's own palette fits to its background. */
type Color = { basic: keyof typeof BASIC; dark: number; light: number };
type Look = { attributes?: readonly Attribute[]; color?: Color };

const ATTRIBUTES = { bold: 1, dim: 2, italic: 3, underline: 4, inverse: 7, strike: 9 } as const;

/** Select Graphic Rendition: the foreground colours every colour terminal has. */
const BASIC = { red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36, gray: 90 } as const;

/** `dark` and `light` are entries of the palette of 256, readable on a background of that kind. */
const RED: Color = { basic: "red", dark: 203, light: 160 };
const GREEN: Color = { basic: "green", dark: 114, light: 28 };
const YELLOW: Color = { basic: "yellow", dark: 179, light: 94 };
const BLUE: Color = { basic: "blue", dark: 75, light: 26 };
const MAGENTA: Color = { basic: "magenta", dark: 176, light: 127 };
const CYAN: Color = { basic: "cyan", dark: 80, light: 30 };
const GRAY: Color = { basic: "gray", dark: 245, light: 242 };

/** Add a style: add a row. Without colours the attributes are all there is, so what matters has one. */
const STYLES = {
  title: { attributes: ["bold", "underline"] },
  heading: { attributes: ["bold"] },
  strong: { attributes: ["bold"] },
  emphasis: { attributes: ["italic"] },
  strongEmphasis: { attributes: ["bold", "italic"] },
  strike: { attributes: ["strike"] },
  code: { color: CYAN },
  link: { attributes: ["underline"], color: BLUE },
  linkTarget: { color: GRAY },
  quote: { color: GRAY },
  mark: { color: GRAY },
  muted: { color: GRAY },
  codeKeyword: { color: MAGENTA },
  codeString: { color: GREEN },
  codeNumber: { color: YELLOW },
  codeComment: { attributes: ["italic"], color: GRAY },
  codeName: { color: BLUE },
  codeType: { color: CYAN },
  codeMeta: { color: GRAY },
  added: { color: GREEN },
  removed: { color: RED },
  hunk: { color: CYAN },
  prompt: { attributes: ["bold"], color: BLUE },
  thinking: { attributes: ["italic"], color: GRAY },
  tool: { attributes: ["bold"] },
  success: { color: GREEN },
  warning: { attributes: ["bold"], color: YELLOW },
  failure: { attributes: ["bold"], color: RED },
  selected: { attributes: ["inverse"] },
  match: { attributes: ["underline"], color: YELLOW },
  currentMatch: { attributes: ["inverse"], color: YELLOW },
  waiting: { color: YELLOW },
  model: { color: BLUE },
  toolTime: { color: GREEN },
} as const satisfies Record<string, Look>;

/** What a span is; the theme says how that looks. */
export type StyleName = keyof typeof STYLES;

export type Background = "dark" | "light";

/** The escape sequence that begins each style; "" where the style has no look in this theme. */
export type Theme = { readonly [style in StyleName]: string };

/**
 * The looks for a terminal. `colorDepth` is in bits as Node's `getColorDepth` has it: 1 is no colour, 4 is sixteen
 * colours, 8 and more use the palette of 256.
 */
export function createTheme({ colorDepth, background }: { colorDepth: number; background: Background }): Theme {
  const begin = (look: Look) => {
    const codes = [...(look.attributes ?? []).map((name) => String(ATTRIBUTES[name]))];
    if (look.color !== undefined && colorDepth >= 8) codes.push(`38;5;${look.color[background]}`);
    else if (look.color !== undefined && colorDepth >= 4) codes.push(String(BASIC[look.color.basic]));
    return codes.length === 0 ? "" : `\x1b[${codes.join(";")}m`;
  };
  return Object.fromEntries(Object.entries(STYLES).map(([name, look]) => [name, begin(look)])) as Theme;
}
