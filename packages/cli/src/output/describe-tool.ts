/** The arguments that say most of a call, the first there is. */
const TELLING = ["command", "file_path", "pattern", "url", "query", "description"];

/** What a tool is called with, in one text: the argument that says most, else all of them. As the agent wrote it. */
export function describeInput(input: unknown): string {
  const given: Record<string, unknown> = typeof input === "object" && input !== null ? { ...input } : {};
  const telling = TELLING.map((name) => given[name]).find((value) => typeof value === "string" && value !== "");
  return typeof telling === "string" ? telling : `${JSON.stringify(input)}`;
}
