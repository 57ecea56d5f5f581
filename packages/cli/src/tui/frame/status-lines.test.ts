import { sessionView } from "@cc-docker/client";
import { describe, expect, it } from "vitest";
import { plainText } from "../text/line.ts";
import { createRandom, expectHarmless, hostileText } from "../text/lines.test-helper.ts";
import { type Status, statusLines } from "./status-lines.ts";

const VIEW = { ...sessionView.empty(), status: "idle" as const, costUsd: 0.25 };
const draw = (status: Partial<Status>, { columns = 80, rows = 24 } = {}) =>
  statusLines({ isAway: false, hint: "enter send", view: VIEW, ...status }, { columns, rows }).map((line) =>
    plainText(line).trimEnd(),
  );

const LONG = `WORKSPACE_NOT_ALLOWED: The directory ${"/deep".repeat(30)} is not one that sessions may work in.`;
const TODO = "Start the gateway in that directory with `ccd serve`.";

describe("the status", () => {
  it("says what goes on, what is pressed next, and what was spent", () => {
    expect(draw({})).toMatchInlineSnapshot(`
      [
        "idle  enter send                                            0 in  0 out  $0.2500",
      ]
    `);
  });

  it("names the model that was chosen until the agent tells its own", () => {
    const config = { model: "opus" };
    expect(draw({ config })[0]).toContain("opus  0 in");
    expect(draw({ config, view: { ...VIEW, model: "claude-opus" } })[0]).toContain("claude-opus  0 in");
  });

  it("has a short notice in place of the hint, beside what was spent", () => {
    expect(draw({ notice: { text: "No turn runs.", isFailure: false } })).toMatchInlineSnapshot(`
      [
        "idle  No turn runs.                                         0 in  0 out  $0.2500",
      ]
    `);
  });

  it("has a long notice above it, in several rows, with what to do", () => {
    expect(draw({ notice: { text: LONG, isFailure: true, todo: TODO } })).toMatchInlineSnapshot(`
      [
        "WORKSPACE_NOT_ALLOWED: The directory",
        "/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep",
        "/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep is not",
        "one that sessions may work in.",
        "Start the gateway in that directory with \`ccd serve\`.",
        "idle  enter send                                            0 in  0 out  $0.2500",
      ]
    `);
  });

  it.each([
    [80, 24],
    [20, 6],
  ])("leaves out of what is longer still the end, and not what to do, at %ix%i", (columns, rows) => {
    const lines = draw({ notice: { text: LONG.repeat(20), isFailure: true, todo: TODO } }, { columns, rows });
    expect(lines.length).toBeLessThanOrEqual(1 + rows / 3);
    expect(lines.join(" ")).toMatch(/WORKSPACE_NOT_ALLOW.*….* Start the gat/);
    expect(lines.at(-1)).toContain("idle");
  });

  it("tells of a turn that was told to end, and of a session that idles", () => {
    expect(draw({ isInterrupting: true })[0]).toMatch(/^interrupting…/);
    expect(draw({ view: { ...VIEW, status: "paused", parked: true } })[0]).toMatch(/^paused until the next prompt/);
  });

  it("is harmless and fits, whatever there is to say", () => {
    const random = createRandom(3);
    for (let round = 0; round < 100; round += 1) {
      const columns = 20 + Math.floor(random() * 80);
      const notice = { text: hostileText(random, 9), isFailure: true, todo: hostileText(random, 4) };
      expectHarmless(
        statusLines({ view: VIEW, isAway: true, hint: "enter send", notice }, { columns, rows: 12 }),
        columns,
      );
    }
  });
});
