/** The model's credential: what is on this machine, else what the person says. It goes to the gateway alone. */
import type { Environment } from "../io.ts";
import { type ClaudeLogin, findClaudeLogin } from "./claude-login.ts";
import type { Talk } from "./talk.ts";

const NAMES = ["ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN"] as const;

/** What the gateway's environment gets. `isScripted`: no model is asked, and nothing is paid. */
export type Credential = { settings: Environment; isScripted: boolean };

/** Of `claude setup-token` or of a login, not of the console. */
const OAUTH = /^sk-ant-oat/;
const HOUR_MS = 3_600_000;

/**
 * What is set is used as it is; a login of Claude Code once the person has said yes; else the person is asked for one.
 * `nowMs`: the wall's time.
 * @returns `undefined` when the person has left
 */
export async function findCredential(
  env: Environment,
  talk: Talk,
  nowMs = Date.now(),
): Promise<Credential | undefined> {
  const found = NAMES.find((name) => env[name]?.trim());
  const chosen = env["MODEL"]?.trim();
  if (chosen === "scripted") return tell(talk, "the scripted one, as MODEL says", { settings: {}, isScripted: true });
  if (found) return tell(talk, `Claude, with your ${found}`, { settings: {}, isScripted: false });
  const login = await findClaudeLogin(env, nowMs);
  talk.say("  No credential of a model is in the environment (ANTHROPIC_API_KEY, CLAUDE_CODE_OAUTH_TOKEN).");
  if ("reason" in login) {
    talk.say(`  No login of Claude Code can be used: ${login.path} ${login.reason}.`);
    return askForCredential(talk);
  }
  const wanted = await offerLogin(login, talk, nowMs);
  if (wanted === undefined) return undefined;
  if (!wanted) return askForCredential(talk);
  return tell(talk, "Claude, with your login", {
    settings: { CLAUDE_CODE_OAUTH_TOKEN: login.accessToken },
    isScripted: false,
  });
}

async function offerLogin(
  { path, expiresAt }: ClaudeLogin & { path: string },
  talk: Talk,
  nowMs: number,
): Promise<boolean | undefined> {
  const hours = ((expiresAt.getTime() - nowMs) / HOUR_MS).toFixed(1);
  talk.say(`  Claude Code is logged in here, by ${path}.`);
  talk.say(`  Its token works until ${describeTime(expiresAt)}, ${hours} h from now; then turns fail.`);
  talk.say("  A gateway that is started with another has them work again: `claude setup-token` makes one for a year.");
  talk.say("  It is kept in the gateway's memory only.");
  const answer = await talk.ask("  Use the login? [y/N] ");
  return answer === undefined ? undefined : /^y/i.test(answer);
}

/** In the time of the place: "2026-11-30 18:05". */
function describeTime(time: Date): string {
  const two = (part: number) => String(part).padStart(2, "0");
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("-");
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

async function askForCredential(talk: Talk): Promise<Credential | undefined> {
  talk.say("  Paste one to go on with Claude. `claude setup-token` makes a token of a subscription,");
  talk.say("  https://platform.claude.com/settings/keys a key.");
  talk.say('  Or press Enter for the scripted model: it is free, and does what a prompt like "say: hello" says.');
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
