/** What the pictures show: the same prompts each time, answered by the scripted model in real containers. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "@cc-docker/client";

const REVIEW = `# What I changed

\`parsePrice\` took **"1.299,00"** for 1.299. It now looks at the *last* separator:

\`\`\`ts
export function parsePrice(text: string): number {
  const at = Math.max(text.lastIndexOf(","), text.lastIndexOf("."));
  return Number(text.slice(0, at).replace(/[.,]/g, "") + "." + text.slice(at + 1));
}
\`\`\`

- [x] thousands in both notations
- [ ] currencies before the number, see [the list](https://example.org/currencies)`;

const TODOS = {
  todos: [
    { content: "Find what parses prices", status: "completed", activeForm: "Finding what parses prices" },
    { content: "Take the last separator", status: "in_progress", activeForm: "Taking the last separator" },
    { content: "Try it with a list of prices", status: "pending", activeForm: "Trying it with a list of prices" },
  ],
};
const EDIT = {
  file_path: "/workspace/price.ts",
  old_string: '  return Number(text.replace(",", "."));\n',
  new_string:
    '  const at = Math.max(text.lastIndexOf(","), text.lastIndexOf("."));\n  return at < 0 ? Number(text) : join(text, at);\n',
};

const PRICES = `export function parsePrice(text: string): number {
${EDIT.old_string}}
`;

/** What to send for the session that is looked at closely. */
const FIX_PRICES = [
  "Prices like 1.299,00 are read wrongly. Find out why, and mend it.",
  "think: The separator of thousands is taken for the one of decimals. Where are prices parsed?",
  `tool: TodoWrite ${JSON.stringify(TODOS)}`,
  "bash: grep -n Price *.ts",
  "wait: 300ms",
  'tool: Read {"file_path":"/workspace/price.ts"}',
  `tool: Edit ${JSON.stringify(EDIT)}`,
  `text: ${JSON.stringify(REVIEW)}`,
].join("\n");

export const ASKING = "Remove what the last build has left.\nbash: rm -rf dist && ls";

/** A project to work on, below `parent`. @returns its directory */
export async function makeProject(parent: string): Promise<string> {
  const path = join(parent, "shop");
  await mkdir(join(path, "dist"), { recursive: true });
  await writeFile(join(path, "price.ts"), PRICES);
  return path;
}

/** The ids of sessions: of one whose turn is over, and of one that asks before it changes something. */
export type Scene = { mended: string; asking: string };

/** Sessions as a person has them who runs several. */
export async function fillGateway(client: Client, path: string): Promise<Scene> {
  const create = (name: string, config = {}) =>
    client.sessions.create.mutate({ name, config, workspace: { type: "host", path } });
  const { id: writing } = await create("write the changelog");
  await client.chat.ask.mutate({ sessionId: writing, prompt: "bash: ls\nsay: The changelog has three new lines." });
  const { id: asking } = await create("clean up", { permissionMode: "ask" });
  const { id: mended } = await create("mend the prices");
  await client.chat.ask.mutate({ sessionId: mended, prompt: FIX_PRICES });
  return { mended, asking };
}
