import { statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { ROOT } from "../paths.ts";
import type { Finding } from "./finding.ts";

/** The packages take 1.5 GB, the image 1 GB, and building its base as much again for a while. */
const DISK_NEEDED_GB = 4;
const DEFAULT_PORT = 8000;

export async function checkDisk(): Promise<Finding> {
  const { bavail, bsize } = await statfs(ROOT);
  const what = `disk: ${Math.round((bavail * bsize) / 1e9)} GB free`;
  if (bavail * bsize >= DISK_NEEDED_GB * 1e9) return { level: "ok", what };
  return { level: "FAIL", what, fix: `free ${DISK_NEEDED_GB} GB; \`docker system df\` shows what the engine holds` };
}

export async function checkPort(): Promise<Finding> {
  const port = Number(process.env.PORT ?? DEFAULT_PORT);
  const isFree = await canListen(port);
  if (isFree) return { level: "ok", what: `port: ${port} is free` };
  return {
    level: "warn",
    what: `port: ${port} is in use`,
    fix: "if that is not your gateway, stop it or choose another PORT",
  };
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
