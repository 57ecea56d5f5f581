import type { Session } from "@cc-docker/client";
import { describe, expect, it } from "vitest";
import { plainText } from "../text/line.ts";
import { widthOf } from "./fit-line.ts";
import { type Terms, termsLine, welcomeLines } from "./session-terms.ts";

const session = (more: Partial<Record<keyof Session, unknown>> = {}) =>
  ({ id: "one", config: {}, workspace: { type: "host", path: "/home/me/project" }, ...more }) as Terms;
const asking = { config: { permissionMode: "ask" } };
const draw = (terms: Terms, columns = 80) => plainText(termsLine(terms, columns));
const welcome = (terms: Terms, parent?: string) => welcomeLines(terms, parent, 80).map(plainText).join("\n");

describe("the terms of a session", () => {
  it("say whether the agent asks, and where it works", () => {
    expect(draw(session(asking))).toBe(" asks first · /home/me/project ");
    expect(draw(session())).toBe(" does not ask · /home/me/project ");
    expect(draw(session({ workspace: { type: "ephemeral" } }))).toBe(" does not ask · files of its own ");
  });

  it("keep the end of a path that is too long, and whether it asks however little room there is", () => {
    expect(draw(session(), 25)).toBe(" does not ask · …project ");
    expect(draw(session(), 16)).toBe(" does not ask ");
    for (const columns of [16, 20, 30, 40]) expect(widthOf(termsLine(session(), columns))).toBeLessThanOrEqual(columns);
  });
});

describe("a session without a history", () => {
  it("says what a prompt will have its effect on, and how to begin", () => {
    expect(welcome(session(asking))).toMatch(/in \/home\/me\/project[^]*asks before it changes[^]*enter/);
    expect(welcome(session())).toMatch(/does not ask: what it wants to do is done at once/);
  });

  it("says of a fork which conversation it knows", () => {
    const fork = session({ forkedFrom: { sessionId: "0123456789" } });
    expect(welcome(fork, "the parser")).toContain("A fork of “the parser” (01234567), in /home/me/project");
    expect(welcome(fork)).toContain("A fork of 01234567");
  });
});
