/** A frame on the terminal: Ink draws the rows that have changed and places the cursor. */
import { Box, Text, useCursor } from "ink";
import type { ReactNode } from "react";
import type { Frame } from "../frame/frame.ts";
import type { Theme } from "../text/theme.ts";
import { toAnsi } from "../text/to-ansi.ts";

type Props = { frame: Frame; theme: Theme };

export function Screen({ frame: { lines, cursor }, theme }: Props): ReactNode {
  const { setCursorPosition } = useCursor();
  setCursorPosition(cursor && { x: cursor.x, y: cursor.y });
  return (
    <Box flexDirection="column" height={lines.length}>
      {lines.map((line, row) => (
        // A row is its place: what stands there changes with every frame.
        <Text key={row} wrap="truncate">
          {toAnsi(line, theme) || " "}
        </Text>
      ))}
    </Box>
  );
}
