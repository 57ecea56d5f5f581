import { join } from "node:path";
import { type Child, forkChild } from "./fork-child.ts";

/** The scripted model on the address that plain containers reach. */
export async function startModel(host: string, signal: AbortSignal): Promise<Child> {
  return forkChild(join(import.meta.dirname, "model-process.ts"), [host], signal);
}
