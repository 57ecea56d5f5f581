/** The first run of `ccd`, from nothing to the hello of a real session, as a person sees it. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type Docker from "dockerode";
import { findFreePort } from "../../tests/harness/find-free-port.ts";
import { run } from "../run.ts";
import { makeNewCheckout } from "./new-checkout.ts";
import { openRecordedTerminal, type RecordedTerminal } from "./recorded-terminal.ts";

export type FirstRunScene = {
  docker: Docker;
  /** The image that `cc-docker/session:latest` means, which the build takes from it for a while. */
  image: string;
  /** A folder that is removed afterwards. */
  parent: string;
  /** Where the person is. */
  cwd: string;
  /** Keeps a picture: called when the image is being built, and when hello is said. */
  save: (name: "first-run-image" | "first-run", terminal: RecordedTerminal) => Promise<void>;
  signal: AbortSignal;
};

const ENTER = "\r";
const CTRL_C = "\x03";

/** Leaves neither gateway nor image behind. */
export async function drawFirstRun({ docker, image, parent, cwd, save, signal }: FirstRunScene): Promise<void> {
  const ccd = await makeNewCheckout(parent);
  const home = join(parent, "home");
  await mkdir(home);
  const env = { HOME: home, PORT: String(await findFreePort()), COLORTERM: "truecolor" };
  const command = [process.execPath, ccd];
  await using terminal = openRecordedTerminal({ command, env, cwd, columns: 100, rows: 24 });
  try {
    await terminal.waitFor("[Y/n]");
    terminal.press(ENTER);
    await terminal.waitFor("credential (hidden)");
    terminal.press(ENTER);
    await terminal.waitFor(/\[#+\.+\].*: RUN install --directory --owner wrapper/); // none of the quick ones
    await save("first-run-image", terminal);
    await terminal.waitFor("Enter shows your sessions");
    await terminal.settle();
    await save("first-run", terminal);
    terminal.press(CTRL_C);
    await terminal.exited;
  } finally {
    await run([...command, "serve", "--stop"], { env: { PATH: process.env["PATH"], ...env }, signal });
    await removeImage(docker, image, terminal.text());
  }
}

/** By what the screen says. */
async function removeImage(docker: Docker, image: string, screen: string): Promise<void> {
  const [, built] = /^ +image +(\S+)$/m.exec(screen) ?? [];
  const [repo = ""] = image.split(":");
  await docker.getImage(image).tag({ repo, tag: "latest" });
  if (built !== undefined && built !== image) await docker.getImage(built).remove();
}
