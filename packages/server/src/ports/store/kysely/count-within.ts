/** How many of the rows fit a page; the first always does, else nobody would ever get past it. */
export function countWithin(sizes: readonly { bytes: number }[], maxBytes: number): number {
  let total = 0;
  const end = sizes.findIndex(({ bytes }, index) => {
    total += bytes;
    return index > 0 && total > maxBytes;
  });
  return end === -1 ? sizes.length : end;
}
