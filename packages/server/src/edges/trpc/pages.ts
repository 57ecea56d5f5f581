/** What the lists take that come in pages. */
import { z } from "zod";

export const PageLimit = z.int().min(1).max(200).default(50).describe("So many entries a page at most.");
export const Cursor = z
  .string()
  .max(40)
  .optional()
  .describe("Where the page begins: what the page before named as the next; with the newest when absent.");
