/** What the commands of `./dev` tell people while they work: on stderr, so that stdout is the command's own. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function seconds(sinceMs: number): string {
  return `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`;
}
