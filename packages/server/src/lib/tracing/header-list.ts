/** `name=value`, with commas between them; values are percent-encoded, as OpenTelemetry has it. What is neither is left out. */
export function parseHeaderList(list: string): Record<string, string> {
  const pairs = list.split(",").map((pair) => pair.trim().split(/=(.*)/s, 2));
  return Object.fromEntries(pairs.flatMap(([name, value]) => (name && value ? [[name, decode(value)]] : [])));
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value; // not encoded: a percent sign is one
  }
}
