import { textAt } from "@cc-docker/protocol";

/** The arguments that say most of a call, the first there is. */
const TELLING = ["command", "file_path", "pattern", "url", "query", "description"];

/** What a tool is called with, in one text: the argument that says most, else all of them. As the agent wrote it. */
export function describeInput(input: unknown): string {
  const telling = TELLING.map((name) => textAt(input, name)).find((text) => text !== "");
  return telling ?? `${JSON.stringify(input)}`;
}
