import { execFile } from "node:child_process";
import { promisify } from "node:util";

const FORMAT = "$(REPO_URI) $(ORIGIN)/$(LABEL)";

/** The mirror of Debian's main archive this machine's apt uses, if it has one; debootstrap knows a default. */
export async function findDebianMirror(): Promise<string | undefined> {
  const targets = await promisify(execFile)("apt-get", [
    "indextargets",
    "--format",
    FORMAT,
    "Identifier: Packages",
  ]).catch(() => undefined);
  return targets && parseDebianMirror(targets.stdout);
}

export function parseDebianMirror(targets: string): string | undefined {
  const rows = targets.split("\n").map((line) => line.split(" "));
  return rows.find(([, archive]) => archive === "Debian/Debian")?.[0];
}
