/** The model's credential: what the environment has, else what the person says. It goes to the gateway alone. */
import type { Environment } from "../io.ts";
import type { Talk } from "./talk.ts";

const NAMES = ["ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN"] as const;

/** What the gateway's environment gets. `isScripted`: no model is asked, and nothing is paid. */
export type Credential = { settings: Environment; isScripted: boolean };

/** Of `claude setup-token` or of the console. */
const OAUTH = /^sk-ant-oat/;

/** @returns `undefined` when the person has left */
export async function findCredential(env: Environment, talk: Talk): Promise<Credential | undefined> {
  const found = NAMES.find((name) => env[name]?.trim());
  const chosen = env["MODEL"]?.trim();
  if (chosen === "scripted") return tell(talk, "the scripted one, as MODEL says", { settings: {}, isScripted: true });
  if (found) return tell(talk, `Claude, with your ${found}`, { settings: {}, isScripted: false });
  talk.say("  No credential of a model is in the environment (ANTHROPIC_API_KEY, CLAUDE_CODE_OAUTH_TOKEN).");
  talk.say("  Paste one to go on with Claude, or press Enter for the scripted model: it costs nothing and does what");
  talk.say('  the prompt says, as in "say: hello".');
  const given = await talk.ask("  credential (hidden): ", { hidden: true });
  if (given === undefined) return undefined;
  if (given === "") return tell(talk, "the scripted one", { settings: { MODEL: "scripted" }, isScripted: true });
  const name = OAUTH.test(given) ? "CLAUDE_CODE_OAUTH_TOKEN" : "ANTHROPIC_API_KEY";
  talk.say(`  It is kept in the gateway's memory only; \`export ${name}=…\` has the next gateway find it.`);
  return tell(talk, "Claude", { settings: { [name]: given }, isScripted: false });
}

function tell(talk: Talk, model: string, credential: Credential): Credential {
  talk.say(`  model    ${model}`);
  return credential;
}
