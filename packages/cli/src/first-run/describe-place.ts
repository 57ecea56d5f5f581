import { realpath } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";

/**
 * Why no agent can work in a directory, and what to type, in lines: in what the gateway keeps from its sessions, or
 * above it. It refuses that later by itself, when the gateway has been started for nothing. Nothing of other places.
 */
export async function describePlace(directory: string, dataDir: string): Promise<string[]> {
  const [here, data] = await Promise.all([realPathOf(directory), realPathOf(dataDir)]);
  if (isWithin(here, data))
    return [
      `Agents cannot work in ${here}: it belongs to what the gateway keeps from them, ${data}.`,
      "Leave now with Ctrl-C, go to your project with `cd PROJECT`, and type `ccd` there.",
    ];
  if (!isWithin(data, here)) return [];
  return [
    `Agents cannot work in ${here} itself: it holds what the gateway keeps from them, ${data}.`,
    "They can in directories below it: `cd PROJECT`, then `ccd`. Or keep it elsewhere: `export DATA_DIR=PATH`.",
  ];
}

/** Of what is not there yet, of what there is above it. */
async function realPathOf(path: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  if (real !== undefined || path === dirname(path)) return real ?? path;
  return join(await realPathOf(dirname(path)), basename(path));
}

/** By components: /srv/a holds /srv/a/b and not /srv/ab. */
function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : `${directory}${sep}`);
}
