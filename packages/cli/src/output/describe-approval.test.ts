import { expect, it } from "vitest";
import { describeAsked } from "./describe-approval.ts";

const asked = { id: "7", kind: "tool", toolName: "Bash" };

it("shows what is asked, and the commands that answer it", () => {
  expect(describeAsked({ ...asked, input: { command: "ls" } })).toEqual([
    'the agent asks to use Bash: {"command":"ls"}',
    'answer with `ccd approve 7` or `ccd deny 7 "WHY"`',
  ]);
});

it("lets no long field push the command out of sight, and says how much is not shown", () => {
  const input = { description: "x".repeat(5000), command: "rm -rf /" };
  const [shown = ""] = describeAsked({ ...asked, input });
  expect(shown).toMatch(
    /^the agent asks to use Bash: \{"command":"rm -rf \/","description":"x+ … and \d{4} characters more$/,
  );
});

it("shows a plan whole, as it was written, or says that there is none", () => {
  const plan = { ...asked, kind: "plan", toolName: "ExitPlanMode", title: "Go on?" };
  const [head, ...lines] = describeAsked({ ...plan, input: { plan: "# Mend\n\n- the door", planFilePath: "/p" } });
  expect([head, ...lines.slice(0, -1)]).toEqual(["Go on?:", "# Mend", "", "- the door"]);
  expect(describeAsked({ ...plan, input: {} })[1]).toContain("There is no plan to be read");
  expect(describeAsked({ ...plan, input: { plan: "x".repeat(20_005) } }).at(-2)).toBe("… and 5 characters more");
});

it("has the command first, also before fields with numbers for names", () => {
  const [shown = ""] = describeAsked({ ...asked, input: { 0: "x".repeat(2000), command: "rm -rf /" } });
  expect(shown).toMatch(/^the agent asks to use Bash: \{"command":"rm -rf \/","0":"x/);
});

it("leaves nothing out, and shows by its code what is not seen", () => {
  const [shown] = describeAsked({ ...asked, input: { command: "a\u200db\u009b31mc" } });
  expect(shown).toBe('the agent asks to use Bash: {"command":"a\\u{200d}b\\x9b31mc"}');
});
