/** Amounts over time as a row of bars. */
const BARS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

/** One column each, the newest at the right: as many as fit in `width` columns. Of nothing, a space. */
export function sparkline(amounts: readonly number[], width: number): string {
  const shown = width > 0 ? amounts.slice(-width) : [];
  const most = shown.reduce((greatest, amount) => Math.max(greatest, amount), 0);
  return shown.map((amount) => barOf(amount, most)).join("");
}

function barOf(amount: number, most: number): string {
  if (!(amount > 0)) return " ";
  return BARS[Math.min(BARS.length - 1, Math.ceil((amount / most) * BARS.length) - 1)] ?? " ";
}
