/** The options by which `run` and `chat` choose where their new session works, and what it is called. */
import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import type { CreateSession } from "@cc-docker/client";
import { CcError } from "@cc-docker/protocol";
import { Option } from "commander";
import type { Io } from "../io.ts";

export type WorkspaceInput = { directory?: string; scratch?: true; name?: string };

export function workspaceOptions(): Option[] {
  return [
    directoryOption("work in this directory instead of the current one"),
    new Option("--scratch", "work in an empty workspace that goes with the session").conflicts("directory"),
    nameOption(),
  ];
}

export function directoryOption(description: string): Option {
  return new Option("-C, --directory <path>", description);
}

export function nameOption(): Option {
  return new Option("--name <name>", "what the session is called in lists, and may be called in commands");
}

/** @throws CcError REQUEST_INVALID when there is no such directory */
export async function toWorkspace(input: WorkspaceInput, io: Pick<Io, "cwd">): Promise<Partial<CreateSession>> {
  const { directory, scratch, name } = input;
  return {
    workspace: scratch ? { type: "ephemeral" } : { type: "host", path: await realDirectory(directory, io) },
    ...(name !== undefined && { name }),
  };
}

/** Whether any of the options is given. */
export function isPlaced({ directory, scratch, name }: WorkspaceInput): boolean {
  return [directory, scratch, name].some((value) => value !== undefined);
}

/** Its real path, by which the gateway knows it. @throws CcError REQUEST_INVALID */
export async function realDirectory(given: string | undefined, { cwd }: Pick<Io, "cwd">): Promise<string> {
  const path = resolve(cwd, given ?? ".");
  try {
    return await realpath(path);
  } catch (cause) {
    throw new CcError("REQUEST_INVALID", `There is no directory ${path}: ${(cause as Error).message}.`, { cause });
  }
}
