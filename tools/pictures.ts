/**
 * The pictures of the terminal in docs/pictures/ and its recording for asciinema, made anew: real sessions in real
 * containers, the scripted model, `ccd` in a pseudo-terminal. Arguments: none.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startGateway } from "./bench/stand/start-gateway.ts";
import { ensureEngine } from "./engine/ensure-engine.ts";
import { ensureImage } from "./ensure-image.ts";
import { ROOT } from "./paths.ts";
import { toCast } from "./pictures/cast.ts";
import { drawFirstRun } from "./pictures/first-run.ts";
import { openRecordedTerminal, type RecordedTerminal } from "./pictures/recorded-terminal.ts";
import { ASKING, fillGateway, makeProject, type Scene } from "./pictures/scenes.ts";
import { toPng } from "./pictures/to-png.ts";
import { say } from "./report.ts";
import { EXIT, runTool } from "./run-tool.ts";

const OUT = join(ROOT, "docs/pictures");
const CCD = join(ROOT, "packages/cli/dist/ccd.mjs");

await runTool(async (signal) => {
  await using cleanup = new AsyncDisposableStack();
  const engine = await ensureEngine({ onProgress: say, signal });
  cleanup.defer(engine.stop);
  const image = await ensureImage({ docker: engine.docker, onProgress: say, signal });
  const parent = await mkdtemp(join(tmpdir(), "cc-docker-pictures-"));
  cleanup.defer(() => rm(parent, { recursive: true, force: true }));
  const project = await makeProject(parent);
  const settings = { MODEL: "scripted", WORKSPACE_HOST_ROOTS: parent };
  const gateway = cleanup.use(await startGateway({ docker: engine.docker, image, settings, owner: "ada", signal }));
  const scene = await fillGateway(gateway.client, project);
  const environment = { CC_DOCKER_URL: gateway.url, CC_DOCKER_TOKEN: gateway.token, XDG_STATE_HOME: parent };
  await mkdir(OUT, { recursive: true });
  await drawFirstRun({ docker: engine.docker, image, parent, cwd: project, save, signal });
  await drawAll(scene, (args) =>
    openRecordedTerminal({
      command: [process.execPath, CCD, ...args],
      env: { COLORTERM: "truecolor", ...environment },
      cwd: project,
      columns: 100,
      rows: 30,
    }),
  );
  return EXIT.ok;
});

type Open = (args: readonly string[]) => RecordedTerminal;

async function drawAll(scene: Scene, open: Open): Promise<void> {
  await using terminal = open([]);
  await terminal.waitFor("mend the prices");
  await draw("sessions", terminal);
  terminal.press("?");
  await terminal.waitFor("a new session");
  await draw("help", terminal);
  terminal.press("q");
  await terminal.waitFor("mend the prices");
  terminal.press("q");
  await terminal.exited;
  await drawSession(scene, open);
  await drawQuestion(scene, open);
}

/** A turn that has edited a file, with its timeline. */
async function drawSession({ mended }: Scene, open: Open): Promise<void> {
  await using terminal = open(["attach", mended]);
  await terminal.waitFor("currencies");
  await draw("session", terminal);
  terminal.press("\x1b");
  await terminal.settle();
  terminal.press("l");
  await terminal.settle();
  await draw("timeline", terminal);
}

/** The recording: a prompt, what the agent asks, the answer. */
async function drawQuestion({ asking }: Scene, open: Open): Promise<void> {
  await using terminal = open(["attach", asking]);
  await terminal.waitFor("idle");
  await terminal.type(ASKING.split("\n")[0] ?? "");
  terminal.press("\x1b\r");
  await terminal.type(ASKING.split("\n")[1] ?? "");
  terminal.press("\r");
  await terminal.waitFor("rm -rf dist");
  await terminal.waitFor(/allow/i);
  await draw("approval", terminal);
  await terminal.settle(); // what has just come up is answered by no key
  terminal.press("\x1by");
  await terminal.waitFor("price.ts");
  await terminal.settle();
  terminal.press("\x1b");
  await terminal.settle();
  await writeFile(join(OUT, "ccd.cast"), toCast(terminal, "ccd: an agent asks before it removes something"));
}

async function draw(name: string, terminal: RecordedTerminal): Promise<void> {
  await terminal.settle();
  await save(name, terminal);
}

/** As it is at this moment. */
async function save(name: string, terminal: RecordedTerminal): Promise<void> {
  await writeFile(join(OUT, `${name}.png`), toPng(terminal.svg()));
  say(`docs/pictures/${name}.png`);
}
