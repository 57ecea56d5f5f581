/** One live Claude Code in a plain container, spoken to over its stdin: the least a later turn can cost. */
import type Docker from "dockerode";
import { withinSample } from "../or-abort.ts";
import { plainContainer } from "../stand/plain-container.ts";
import { createFrameReader } from "../stand/read-frames.ts";

const ARGS = [
  "-p",
  "--input-format=stream-json",
  "--output-format=stream-json",
  "--verbose",
  "--include-partial-messages",
  "--dangerously-skip-permissions",
];
const FIRST_TOKEN = '"type":"text_delta"';
/** Not at the start of its line. */
const TURN_END = '"type":"result"';

export type BareCli = AsyncDisposable & {
  /** Milliseconds from writing the prompt to the first token. Resolves when the turn has ended. */
  turn(prompt: string): Promise<number>;
};

export type StartBareCli = { docker: Docker; image: string; modelUrl: string; signal: AbortSignal };

export async function startBareCli({ docker, image, modelUrl, signal }: StartBareCli): Promise<BareCli> {
  const options = plainContainer({ image, modelUrl, network: "host", args: ARGS });
  const container = await docker.createContainer({
    ...options,
    ...KEEP_STDIN,
    HostConfig: { ...options.HostConfig, ...NO_LOG },
  });
  const pipe = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });
  const output = createTurnOutput();
  pipe.on("data", createFrameReader(output.push));
  await container.start();

  async function turn(prompt: string): Promise<number> {
    const turnOutput = output.begin();
    const startedAt = performance.now();
    pipe.write(promptLine(prompt));
    await withinSample(turnOutput.ended, signal);
    return turnOutput.firstTokenAt() - startedAt;
  }

  return { turn, [Symbol.asyncDispose]: async () => container.remove({ force: true }) };
}

const KEEP_STDIN = { OpenStdin: true, StdinOnce: false, AttachStdin: true };
/** Whatever the engine would write down only makes this arm slower. */
const NO_LOG = { LogConfig: { Type: "none", Config: {} } };

function promptLine(prompt: string): string {
  return `${JSON.stringify({ type: "user", message: { role: "user", content: prompt } })}\n`;
}

/** Looks for two words in what comes; parsing every line would only add to what is measured. */
function createTurnOutput() {
  let text = "";
  let firstTokenAt = Number.NaN;
  let end = () => {};

  function push(payload: Buffer): void {
    text += payload.toString();
    if (Number.isNaN(firstTokenAt) && text.includes(FIRST_TOKEN)) firstTokenAt = performance.now();
    if (text.includes(TURN_END) && text.endsWith("\n")) end();
  }

  function begin() {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    [text, firstTokenAt, end] = ["", Number.NaN, resolve];
    return { ended, firstTokenAt: () => firstTokenAt };
  }

  return { push, begin };
}
