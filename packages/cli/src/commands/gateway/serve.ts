/** `ccd serve`: the gateway as a child process, for sessions that work in the directory it is started in. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { EXIT_CODES } from "@cc-docker/protocol";
import { Option } from "commander";
import { defineCommand, type Json } from "../../command.ts";
import { describePlace } from "../../first-run/describe-place.ts";
import type { Io } from "../../io.ts";
import { printResult } from "../../output/print-result.ts";
import { printableLine } from "../../output/printable.ts";
import { allowDirectory } from "../../server/allow-directory.ts";
import { refuseSecond, startInBackground, stopInBackground } from "../../server/background-gateway.ts";
import { parseFailure } from "../../server/background-log.ts";
import { localFiles } from "../../server/data-dir.ts";
import { findGateway, gatewaySettings } from "../../server/gateway-program.ts";
import { realDirectory } from "../../session/workspace-options.ts";

/** Of what a gateway says on stderr, in characters: how it failed is at the end. */
const MOST_SAID = 10_000;

type ServeInput = { detach?: true; stop?: true; allow?: string | true } & Json;

export const serveCommand = defineCommand<ServeInput>({
  name: "serve",
  group: "gateway",
  summary: "start a gateway here",
  details:
    "In the foreground, until Ctrl-C; sessions go on in their containers. One gateway serves all your projects: `ccd serve --allow` in another directory lets sessions work there too, without a restart. Its settings are environment variables, which docs/configuration.md lists; its log is lines of JSON.",
  options: [
    new Option("--detach", "start it in the background, with its log in DATA_DIR, and return when it serves"),
    new Option("--stop", "end the one that runs on this machine; sessions go on").conflicts("detach"),
    new Option(
      "--allow [directory]",
      "let sessions work in this directory too, or in the current one; whatever runs goes on",
    ).conflicts(["detach", "stop"]),
  ],
  json: 'with --detach or --stop print `{"url", "pid"}`, with --allow `{"allowed"}`; else tell failures as JSON',
  examples: [
    { line: "PORT=9000 ccd serve", does: "on another port than 8000" },
    { line: "ccd serve --detach", does: "in the background; `ccd serve --stop` ends it" },
    { line: "ccd serve --allow", does: "in a second project: its sessions may work there from now on" },
  ],
  run(input, io) {
    if (input.stop) return stop(input, io);
    if (input.allow !== undefined) return allow(input, io);
    return input.detach ? detach(input, io) : serve(input, io);
  },
});

async function detach({ json }: ServeInput, io: Io): Promise<number> {
  const { url, pid } = await startInBackground(io.env, io.signal);
  const line = `${url}, process ${pid}; its log is ${localFiles(io.env).log}`;
  return printResult(io, { json, value: { url, pid }, line });
}

async function stop({ json }: ServeInput, io: Io): Promise<number> {
  const { url, pid } = await stopInBackground(io.env, io.signal);
  return printResult(io, { json, value: { url, pid }, line: `the gateway at ${url} has ended; its sessions go on` });
}

async function allow({ allow: given, json }: ServeInput, io: Io): Promise<number> {
  const allowed = await realDirectory(given === true ? undefined : given, io);
  const { dataDir, allowed: list } = localFiles(io.env);
  const [problem] = await describePlace(allowed, dataDir); // what else it says is for who begins
  if (problem !== undefined) await io.stderr.write(`${printableLine(problem)}\n`);
  await allowDirectory(io.env, allowed);
  const line = `sessions may work in ${allowed}; ${list} names what is allowed so, and what you take out of it is not any more`;
  return printResult(io, { json, value: { allowed }, line });
}

async function serve({ json }: ServeInput, { env, signal, stderr }: Io): Promise<number> {
  await refuseSecond(env);
  // In a process group of its own: a terminal's Ctrl-C would else reach it twice, and a second signal ends it at once.
  const gateway = spawn(process.execPath, [findGateway()], {
    stdio: ["inherit", "inherit", json ? "pipe" : "inherit"],
    env: gatewaySettings(env),
    detached: true,
  });
  let said = "";
  gateway.stderr?.setEncoding("utf8").on("data", (text: string) => (said = `${said}${text}`.slice(-MOST_SAID)));
  const stop = () => gateway.kill("SIGTERM");
  const kill = () => gateway.kill("SIGKILL");
  signal.addEventListener("abort", stop);
  process.on("exit", kill); // a second signal ends this process at once, and the gateway with it
  const [exitCode] = (await once(gateway, "close")) as [number | null];
  process.off("exit", kill);
  if (exitCode === EXIT_CODES.ok) return exitCode;
  const failure = parseFailure(said);
  if (failure) throw failure;
  await stderr.write(said);
  return exitCode ?? EXIT_CODES.defect;
}
