/** From nothing to a gateway that has said hello: what `ccd` offers where none runs. */
import { CcError } from "@cc-docker/protocol";
import type { Environment } from "../io.ts";
import { printableLine } from "../output/printable.ts";
import { startInBackground } from "../server/background-gateway.ts";
import { connect } from "../server/connect.ts";
import { localFiles } from "../server/data-dir.ts";
import { gatewaySettings } from "../server/gateway-program.ts";
import { createSession } from "../session/create-session.ts";
import { findCredential } from "./credential.ts";
import { describePlace } from "./describe-place.ts";
import { makeImage } from "./make-image.ts";
import type { Talk } from "./talk.ts";

export type FirstRun = { env: Environment; talk: Talk; signal: AbortSignal };

/**
 * @returns whether there is a gateway now; not when the person does not want one
 * @throws CcError of what does not work, each with what mends it; the signal's reason
 */
export async function firstRun({ env, talk, signal }: FirstRun): Promise<boolean> {
  talk.say("No gateway runs on this machine. It is what starts the containers that Claude Code works in.");
  for (const line of await describePlace(process.cwd(), localFiles(env).dataDir)) talk.say(line);
  const { WORKSPACE_HOST_ROOTS: roots } = gatewaySettings(env);
  const wanted = await talk.ask(`Start one here, whose agents may work on ${roots}? [Y/n] `);
  if (wanted === undefined || /^n/i.test(wanted)) {
    talk.say("Nothing was started. `ccd serve` starts one in the foreground; CC_DOCKER_URL names one elsewhere.");
    return false;
  }
  const credential = await findCredential(env, talk);
  if (!credential) return false;
  const { settings, isScripted } = credential;
  const image = env["SESSION_IMAGE"]?.trim() || (await makeImage(env, talk, signal));
  talk.say(`  image    ${image}`);
  const { url } = await startInBackground({ ...env, ...settings, SESSION_IMAGE: image }, signal);
  talk.say(`  gateway  ${url}, in the background; \`ccd serve --stop\` ends it`);
  talk.say("           it serves all your projects: `ccd serve --allow` in another lets agents work there too");
  talk.say(`           its log is ${localFiles(env).log}`);
  talk.say(`  hello    ${await sayHello({ env, talk, signal }, isScripted)}`);
  await talk.ask("Enter shows your sessions; ? there shows every key. ");
  return true;
}

/** One prompt through a container of its own, which goes with it. @returns what the agent says, and how long it took */
async function sayHello({ env, talk, signal }: FirstRun, isScripted: boolean): Promise<string> {
  const startedAt = performance.now();
  const client = await connect(env);
  const tell = async (text: string) => talk.say(text.trimEnd());
  const { id: sessionId } = await createSession(client, {}, { signal, stderr: { write: tell } });
  try {
    const prompt = isScripted ? "say: Hello from Claude Code in a container." : "Say hello in one short sentence.";
    const turn = await client.chat.ask.mutate({ sessionId, prompt }, { signal });
    if (turn.status !== "completed")
      throw new CcError(turn.error?.code ?? "INTERNAL", turn.error?.message ?? turn.status);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    return `${printableLine(turn.result?.text ?? "", 200)}  (${seconds} s, with the container's start)`;
  } finally {
    await client.sessions.delete.mutate({ sessionId });
  }
}
