/** An option's value. @throws Error that names the option and what may be given */
export function parseWhole(
  name: string,
  given: string | undefined,
  range: { min: number; max: number },
): number | undefined {
  if (given === undefined) return undefined;
  const value = Number(given);
  if (/^\d+$/.test(given) && value >= range.min && value <= range.max) return value;
  throw new Error(`--${name} ${given}: not a whole number from ${range.min} to ${range.max}.`);
}
