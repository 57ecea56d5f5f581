/** How large a piece may be, and how large each item makes it, in the same unit. */
export type PieceSize<Item> = { max: number; sizeOf: (item: Item) => number };

/** Cuts a list into pieces in order, none of them empty. An item that is larger than a piece is one by itself. */
export function* takePieces<Item>(items: readonly Item[], { max, sizeOf }: PieceSize<Item>): Generator<Item[]> {
  let piece: Item[] = [];
  let size = 0;
  for (const item of items) {
    if (piece.length > 0 && size + sizeOf(item) > max) {
      yield piece;
      piece = [];
      size = 0;
    }
    piece.push(item);
    size += sizeOf(item);
  }
  if (piece.length > 0) yield piece;
}
