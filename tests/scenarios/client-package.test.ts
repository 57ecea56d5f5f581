/** The client as a stranger has it: its tarball in a project that knows nothing of this workspace. */
import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { createClient, type TokenRequest } from "@cc-docker/client";
import { Approval, AuditEntry, Session, SessionConfig, SessionStats, Turn } from "@cc-docker/protocol";
import { build } from "esbuild";
import { afterAll, beforeAll, expect } from "vitest";
import { CLIENT_FOLDER, openStrangerProject, type StrangerProject } from "../harness/packed-client.ts";
import { readExamples } from "../harness/readme-examples.ts";
import { runProgram } from "../harness/run-program.ts";
import { collectUntil, openSession, runTurn } from "../harness/run-turn.ts";
import { shareStack } from "../harness/start-stack.ts";
import { verifies } from "../verifies.ts";

const TOOLS = join(import.meta.dirname, "../node_modules");
const EXAMPLES = readExamples(readFileSync(join(CLIENT_FOLDER, "README.md"), "utf8"));
const OWNER = "stranger";

const stack = shareStack();
let project: StrangerProject;
beforeAll(async () => {
  project = await openStrangerProject();
  const programs = EXAMPLES.map(({ code }, index) => writeFile(join(project.folder, `example-${index}.ts`), code));
  await Promise.all([...programs, writeFile(join(project.folder, "page.ts"), PAGE)]);
});
afterAll(() => project?.[Symbol.asyncDispose]());

/** What a program in a browser may do: nothing of Node is known to it. */
const PAGE = `
import { type Client, createClient, type Event, isCcError, type Session } from "@cc-docker/client";

const client: Client = createClient({ url: location.origin, token: async ({ hasExpired }) => \`t-\${hasExpired}\` });
const session: Session = await client.sessions.create.mutate({ config: { model: "opus" } });
for await (const event of client.followEvents({ sessionId: session.id, after: session.lastSeq })) show(event);
try {
  // @ts-expect-error a prompt is text
  await client.chat.ask.mutate({ sessionId: session.id, prompt: 1 });
} catch (error) {
  if (isCcError(error, "SESSION_NOT_FOUND")) document.title = error.message;
}

function show({ type, seq }: Event): void {
  document.title = type === "turn.completed" ? "done" : String(seq);
}
`;

const WEB_PROGRAM = `
import { createClient, endsTurn } from "@cc-docker/client";

export async function run(gateway) {
  const client = createClient(gateway);
  const { id: sessionId } = await client.sessions.create.mutate({});
  const { id: turnId } = await client.chat.send.mutate({ sessionId, prompt: "say: hello" });
  for await (const { type } of client.followEvents({ sessionId })) if (endsTurn(type)) break;
  const { result } = await client.chat.get.query({ sessionId, turnId });
  await client.sessions.delete.mutate({ sessionId });
  return result.text;
}
`;
const WEB_GLOBALS = {
  AbortController,
  AbortSignal,
  Blob,
  clearTimeout,
  crypto,
  fetch,
  FormData,
  Headers,
  ReadableStream,
  setTimeout,
  TextDecoder,
  TextEncoder,
  URL,
};

const STRICT = {
  strict: true,
  noEmit: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
  target: "es2024",
  typeRoots: [join(TOOLS, "@types")],
};
const NODE = { lib: ["es2024"], types: ["node"] };
const BROWSER = { lib: ["es2024", "dom", "dom.iterable"], types: [] };

for (const [module, moduleResolution] of [
  ["node16", "node16"],
  ["esnext", "bundler"],
]) {
  verifies("client.package", `a strict program compiles against it with ${moduleResolution} resolution`, async () => {
    await typecheck({ ...STRICT, ...NODE, module, moduleResolution }, "example-*.ts");
    await typecheck({ ...STRICT, ...BROWSER, module, moduleResolution }, "page.ts");
  });
}

verifies("client.package", "editors say of every field what it is", async () => {
  const types = await readFile(join(project.folder, "node_modules/@cc-docker/client/dist/index.d.ts"), "utf8");
  for (const [name, { shape }] of Object.entries({
    Session,
    SessionConfig,
    SessionStats,
    Turn,
    Approval,
    AuditEntry,
  })) {
    const declared = types.slice(types.indexOf(`declare const ${name}: `)).split("\n}", 1)[0] ?? "";
    for (const [field, { description }] of Object.entries(shape))
      expect(declared, `${name}.${field}`).toContain(`  /** ${description} */\n  ${field}: `);
  }
});

verifies("client.package", "it is installed with what it asks for and nothing else", async () => {
  const installed = JSON.parse(await readFile(join(project.folder, "node_modules/.package-lock.json"), "utf8"));
  expect(Object.keys(installed.packages).toSorted()).toEqual(["node_modules/@cc-docker/client", "node_modules/zod"]);
});

verifies("client.package", "it runs where there is nothing but what browsers have", async () => {
  const bundle = await build({
    stdin: { contents: WEB_PROGRAM, resolveDir: project.folder },
    bundle: true,
    platform: "browser",
    format: "iife",
    globalName: "program",
    write: false,
  });
  const token = await stack().token(OWNER);
  const code = `${bundle.outputFiles[0]?.text} program.run(${JSON.stringify({ url: stack().url, token })})`;
  await expect(runInNewContext(code, { ...WEB_GLOBALS })).resolves.toBe("hello");
});

verifies("client.examples", "there are examples of what most programs do", () => {
  expect(EXAMPLES.map(({ title }) => title)).toEqual([
    "Ask",
    "Follow events, and go on where you were",
    "Handle errors",
    "Answer what the agent asks",
    "Fork, and work side by side",
    "Show a session",
  ]);
});

for (const [index, { title, output }] of EXAMPLES.entries()) {
  verifies("client.examples", `the example "${title}" prints what it is said to print`, async () => {
    stack().client(OWNER); // what a failed example leaves is deleted with this owner's sessions
    const env = { CC_DOCKER_URL: stack().url, CC_DOCKER_TOKEN: await stack().token(OWNER) };
    const printed = await runProgram([process.execPath, `example-${index}.ts`], { cwd: project.folder, env });
    expect(printed).toBe(output);
    expect((await stack().client(OWNER).sessions.list.query({})).sessions).toEqual([]);
  });
}

verifies("client.token", "a client whose token has expired gets another, for calls and for streams", async () => {
  await using session = await openSession(stack().client(OWNER));
  const asked: boolean[] = [];
  const token = ({ hasExpired }: TokenRequest) => {
    asked.push(hasExpired);
    return stack().token(OWNER, hasExpired ? 60 : -5);
  };
  const client = createClient({ url: stack().url, token });
  expect((await client.chat.ask.mutate({ sessionId: session.id, prompt: "say: here" })).result?.text).toBe("here");
  expect(asked).toEqual([false, true]);
  await collectUntil(client, { sessionId: session.id, isLast: ({ type }) => type === "turn.completed" });
  expect(asked).toEqual([false, true, false, true]);
});

verifies("client.token", "a follower outlives its tokens and gets every event once", async () => {
  await using session = await openSession(stack().client(OWNER));
  let asked = 0;
  const token = () => {
    asked += 1;
    return stack().token(OWNER, 2);
  };
  const follower = createClient({ url: stack().url, token });
  const running = runTurn(stack().client(OWNER), session.id, "stream: 60 words every 100ms");
  const events = await collectUntil(follower, {
    sessionId: session.id,
    isLast: ({ type }) => type === "turn.completed",
  });
  await running;
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(asked).toBeGreaterThanOrEqual(3);
});

async function typecheck(compilerOptions: object, include: string): Promise<void> {
  await writeFile(join(project.folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: [include] }));
  await runProgram([join(TOOLS, ".bin/tsc"), "--project", "."], { cwd: project.folder });
}
