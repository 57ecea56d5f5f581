/** What `ccd completion` gives to the shells it is for. */
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@cc-docker/client";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { type Install, openInstall, type Settings } from "../harness/install.ts";
import { CCD } from "../harness/run-ccd.ts";
import { runProgram } from "../harness/run-program.ts";
import { startGatewayProcess } from "../harness/start-gateway-process.ts";
import { startPtyProgram } from "../harness/terminal/pty-program.ts";
import { showOnScreen } from "../harness/terminal/screen.ts";
import { verifies } from "../verifies.ts";

const cleanup = new AsyncDisposableStack();
let install: Install;
let client: Client;
let folder: string;
/** With `ccd` on the PATH, as a person has it. */
let env: Settings;
let sessionId: string;

beforeAll(async () => {
  install = cleanup.use(await openInstall());
  const gateway = cleanup.use(await startGatewayProcess(install.env));
  const token = await install.token("erin");
  client = createClient({ url: gateway.url, token });
  folder = await mkdtemp(join(tmpdir(), "ccd-shell-"));
  cleanup.defer(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "ccd"), `#!/bin/sh\nexec '${process.execPath}' '${CCD}' "$@"\n`);
  await chmod(join(folder, "ccd"), 0o755);
  await writeFile(join(folder, "notes.txt"), "");
  const PATH = `${folder}:${process.env["PATH"] ?? ""}`;
  env = { PATH, HOME: folder, CC_DOCKER_URL: gateway.url, CC_DOCKER_TOKEN: token };
});
afterAll(() => cleanup.disposeAsync());

beforeEach(async () => {
  sessionId = (await client.sessions.create.mutate({})).id;
  return () => client.sessions.delete.mutate({ sessionId });
});

verifies("cli.completion", "bash completes commands, options, values, files and sessions", async () => {
  const complete = async (...words: string[]) => {
    const script = [
      'eval "$(ccd completion bash)"',
      `COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}`,
      `_ccd ccd '${words.at(-1)}' '${words.at(-2)}'`,
      'printf "%s\\n" "${COMPREPLY[@]}"',
    ];
    const said = await runProgram(["bash", "-c", script.join("\n")], { cwd: "/", env });
    return said.trimEnd().split("\n");
  };
  expect(await complete("ccd", "comp")).toEqual(["completion"]);
  expect(await complete("ccd", "ls", "--st")).toEqual(["--status"]);
  expect(await complete("ccd", "ls", "--status", "i")).toEqual(["idle"]);
  expect(await complete("ccd", "show", sessionId.slice(0, 2))).toEqual([sessionId]);
  expect(await complete("ccd", "run", "--file", `${folder}/no`)).toEqual([join(folder, "notes.txt")]);
});

verifies("cli.completion", "fish completes them, with what each means", async () => {
  const complete = async (line: string) => {
    const script = `ccd completion fish | source; complete -C '${line}'`;
    const said = await runProgram(["fish", "--no-config", "-c", script], { cwd: "/", env });
    return said.trimEnd().split("\n");
  };
  expect(await complete("ccd comp")).toEqual([expect.stringMatching(/^completion\t\w/)]);
  expect(await complete("ccd ls --st")).toEqual([expect.stringMatching(/^--status\t\w/)]);
  expect(await complete("ccd ls --status i")).toEqual([expect.stringMatching(/^idle\b/)]);
  expect(await complete(`ccd show ${sessionId.slice(0, 2)}`)).toEqual([expect.stringContaining(sessionId)]);
  expect(await complete(`ccd run --file ${folder}/no`)).toEqual([expect.stringContaining(`${folder}/notes.txt`)]);
});

verifies("cli.completion", "zsh completes them where they are typed, and lists what may be meant", async () => {
  await using shell = startPtyProgram({ command: ["zsh", "-f", "-i"], env, cwd: "/", columns: 120, rows: 30 });
  using screen = showOnScreen(shell);
  shell.write('PROMPT="$ "; autoload -Uz compinit; compinit -D -u; eval "$(ccd completion zsh)"; echo ready""now\r');
  await screen.waitFor(/^readynow$/m);
  const complete = async (line: string, whole: string) => {
    shell.write(`${line}\t`);
    await screen.waitFor(new RegExp(`^\\$ ${whole} *$`, "m"));
    shell.write("\x15"); // Ctrl-U: the next begins on an empty line
  };
  await complete("ccd comp", "ccd completion");
  await complete("ccd ls --st", "ccd ls --status");
  await complete("ccd ls --status i", "ccd ls --status idle");
  await complete(`ccd show ${sessionId.slice(0, 2)}`, `ccd show ${sessionId}`);
  await complete(`ccd run --file ${folder}/no`, `ccd run --file ${folder}/notes\\.txt`);
  shell.write("ccd co\t");
  await screen.waitFor(/^completion +-- print what a shell needs/m);
});
