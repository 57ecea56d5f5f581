import { expect, it } from "vitest";
import { findCredential } from "./credential.ts";
import type { Talk } from "./talk.ts";

/** A person who answers so. */
function talkWith(answer: string) {
  const said: string[] = [];
  const talk: Talk = {
    say: (line) => void said.push(line),
    draw: () => undefined,
    ask: async (question, options) => {
      said.push(`${question}${options?.hidden ? "(hidden)" : ""}`);
      return answer;
    },
  };
  return { talk, said };
}

it.each(["ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN"])(
  "takes what the environment has as %s, without a question",
  async (name) => {
    const { talk, said } = talkWith("never");
    expect(await findCredential({ [name]: "sk-secret" }, talk)).toEqual({ settings: {}, isScripted: false });
    expect(said).toEqual([`  model    Claude, with your ${name}`]);
  },
);

it("asks for one, which nobody sees, and knows the two kinds apart", async () => {
  for (const [given, name] of [
    ["sk-ant-api03-x", "ANTHROPIC_API_KEY"],
    ["sk-ant-oat01-y", "CLAUDE_CODE_OAUTH_TOKEN"],
  ] as const) {
    const { talk, said } = talkWith(given);
    expect(await findCredential({}, talk)).toEqual({ settings: { [name]: given }, isScripted: false });
    expect(said.join("\n")).toContain("(hidden)");
    expect(said.join("\n")).not.toContain(given);
  }
});

it("goes on with the scripted model when there is none", async () => {
  const { talk } = talkWith("");
  expect(await findCredential({}, talk)).toEqual({ settings: { MODEL: "scripted" }, isScripted: true });
});

it("takes MODEL=scripted at its word", async () => {
  const { talk, said } = talkWith("never");
  const credential = await findCredential({ MODEL: "scripted", ANTHROPIC_API_KEY: "sk-x" }, talk);
  expect(credential).toEqual({ settings: {}, isScripted: true });
  expect(said).toHaveLength(1);
});
