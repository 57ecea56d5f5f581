/** Amounts as people read them. */

export function formatCost(usd: number): string {
  return `$${usd.toFixed(usd < 1 ? 4 : 2)}`;
}

/** The largest whole unit: "5s", "3m", "2h", "4d". */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

export function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** In units of 1024: "512 B", "1.5 KiB", "3.2 GiB". */
export function formatBytes(bytes: number): string {
  const unit = ["B", "KiB", "MiB", "GiB"].find((_name, power) => bytes < 1024 ** (power + 1)) ?? "TiB";
  const power = ["B", "KiB", "MiB", "GiB", "TiB"].indexOf(unit);
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${unit}`;
}
