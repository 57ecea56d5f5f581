import { open } from "node:fs/promises";

/** The last bytes of a file as text, however large it is; nothing of one that cannot be read. */
export async function readTail(path: string, maxBytes: number): Promise<string> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    const start = Math.max(0, size - maxBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, maxBytes)), 0, undefined, start);
    return buffer.toString("utf8", 0, bytesRead).trim();
  } catch {
    return "";
  }
}
