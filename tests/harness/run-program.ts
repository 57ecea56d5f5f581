/** Programs that are started and end by themselves. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const exec = promisify(execFile);

export type Place = { cwd: string; env?: Record<string, string> };

/** @returns what it printed on stdout @throws Error with all it printed when it ends with anything but 0, or never */
export async function runProgram(command: readonly [string, ...string[]], { cwd, env = {} }: Place): Promise<string> {
  const [file, ...args] = command;
  try {
    const { stdout } = await exec(file, args, { cwd, env: { ...process.env, ...env }, timeout: 120_000 });
    return stdout;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command.join(" ")} failed in ${cwd}:\n${stdout}${stderr}`, { cause: error });
  }
}
