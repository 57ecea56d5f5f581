/** The gateway of this machine, by what it has written into its data directory. */
import { readFile } from "node:fs/promises";
import { CcError, isRecord, textAt } from "@cc-docker/protocol";
import type { Environment } from "../io.ts";
import { localFiles } from "./data-dir.ts";
import { isAlive, isRunning, type ProcessMark } from "./process-start.ts";

export type SettingInUse = { value: string; from: string };

export type LocalGateway = ProcessMark & {
  url: string;
  /** The file that tells of it. */
  announcement: string;
  settings: Record<string, SettingInUse>;
};

/** @throws CcError SERVER_UNREACHABLE with the reason why there is none */
export async function findLocalGateway(env: Environment): Promise<LocalGateway> {
  const { announcement } = localFiles(env);
  const text = await readFile(announcement, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") throw notRunning(`there is no ${announcement}`);
    throw notRunning(error.message);
  });
  const gateway = parseAnnouncement(text);
  if (!gateway) throw notRunning(`${announcement} cannot be read`);
  const { pid } = gateway;
  if (!isAlive(pid)) throw notRunning(`process ${pid}, which wrote ${announcement}, is gone`);
  if (!(await isRunning(gateway)))
    throw notRunning(`process ${pid}, which wrote ${announcement}, is gone, and another has its number`);
  return { ...gateway, announcement };
}

function parseAnnouncement(text: string): Omit<LocalGateway, "announcement"> | undefined {
  try {
    const { url, pid, started, settings } = JSON.parse(text) as Record<string, unknown>;
    if (typeof url !== "string" || !Number.isSafeInteger(pid) || Number(pid) <= 0) return undefined;
    const mark = { pid: Number(pid), ...(typeof started === "string" && { started }) };
    return { url, ...mark, settings: readSettings(settings) };
  } catch {
    return undefined;
  }
}

function readSettings(settings: unknown): Record<string, SettingInUse> {
  const entries = Object.entries(isRecord(settings) ? settings : {});
  return Object.fromEntries(
    entries.map(([name, setting]) => [name, { value: textAt(setting, "value"), from: textAt(setting, "from") }]),
  );
}

function notRunning(reason: string): CcError {
  return new CcError("SERVER_UNREACHABLE", `No gateway runs on this machine: ${reason}.`);
}
