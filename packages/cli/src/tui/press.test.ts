import { EventEmitter, on } from "node:events";
import type { Client, Session } from "@cc-docker/client";
import { CcError } from "@cc-docker/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { drawFrame } from "./frame/draw-frame.ts";
import { paste, press, type as typeText } from "./press.ts";
import { createKeyReader, pressBurst } from "./press-burst.ts";
import { READ_MS } from "./state/answer-guard.ts";
import { type App, createApp } from "./state/app.ts";
import { plainText } from "./text/line.ts";
import { createRandom, expectHarmless, hostileText } from "./text/lines.test-helper.ts";

const SIZE = { columns: 80, rows: 24 };

/** A gateway that holds two idle sessions, takes prompts, and says what it was asked to do. */
function createFake(closing: AbortSignal) {
  const calls: unknown[][] = [];
  const note = (name: string) => async (input: unknown) => void calls.push([name, input]);
  const base = { status: "idle", config: {}, workspace: { type: "ephemeral" }, lastSeq: 0, turnCount: 0, costUsd: 0 };
  const sessionOf = (id: string, minute: number) =>
    ({ ...base, id, name: `name of ${id}`, createdAt: `2026-01-01T00:0${minute}:00Z` }) as unknown as Session;
  const list = async () => ({ sessions: [sessionOf("one", 2), sessionOf("two", 1)] });
  const news = new EventEmitter();
  /** Of any session: what `tell` says. */
  async function* followEvents({ sessionId }: { sessionId: string }) {
    let seq = 0;
    try {
      for await (const [type, data] of on(news, sessionId, { signal: closing }))
        yield { seq: (seq += 1), sessionId, turnId: "turn", type, at: "2026-01-01T00:00:00Z", data };
    } catch {
      // the test is over
    }
  }
  const tell = (sessionId: string, type: string, data: unknown = {}) => void news.emit(sessionId, type, data);
  const ask = (sessionId: string, id: string, command: string) =>
    tell(sessionId, "approval.requested", {
      approval: { ...{ id, sessionId, kind: "tool", state: "open", toolName: "Bash" }, input: { command } },
    });
  const client = {
    sessions: { list: { query: list }, stop: { mutate: note("stop") }, delete: { mutate: note("delete") } },
    approvals: { list: { query: async () => ({ approvals: [] }) }, answer: { mutate: note("answer") } },
    events: { list: { query: async () => ({ events: [] }) } },
    chat: { send: { mutate: note("send") }, interrupt: { mutate: note("interrupt") } },
    followEvents,
  } as unknown as Client;
  return { client, calls, ask, tell };
}

let closing: AbortController;
let app: App;
let calls: unknown[][];
let ask: ReturnType<typeof createFake>["ask"];
let tell: ReturnType<typeof createFake>["tell"];
let quits = 0;
let fromOutside = "";
/** Of the history. */
let tellTrouble: (message: string) => void;

beforeEach(async () => {
  closing = new AbortController();
  quits = 0;
  const prompts: string[] = [];
  const listen = (onTrouble: typeof tellTrouble) => void (tellTrouble = onTrouble);
  const history = { all: () => prompts, add: (prompt: string) => void prompts.push(prompt), listen };
  const fake = createFake(closing.signal);
  calls = fake.calls;
  ({ ask, tell } = fake);
  app = createApp({
    ...{ client: fake.client, history, directory: "/here", signal: closing.signal },
    onQuit: () => void (quits += 1),
    editOutside: async () => fromOutside,
  });
  await vi.waitUntil(() => screen().includes("name of two"));
});
afterEach(() => closing.abort());

const screen = () => drawFrame(app, SIZE).lines.map(plainText).join("\n");
const pressAll = (...keys: string[]) => keys.forEach((key) => press(app, key));

describe("in the list", () => {
  it("the selected session is opened, and left again", () => {
    pressAll("j", "enter");
    expect(app.current()?.id).toBe("two");
    pressAll("esc", "esc");
    expect(screen()).toContain("Sessions");
    pressAll("q");
    expect(quits).toBe(1);
  });

  it("nothing is removed without the word that was asked for", async () => {
    pressAll("D");
    pressBurst(app, "y");
    pressAll("enter");
    expect(screen()).toContain("Nothing was removed");
    pressAll("D", "y", "e", "s", "enter");
    await expect.poll(() => calls).toEqual([["delete", { sessionId: "one" }]]);
  });

  it("a pasted text is no command, and a key that is held down is one many times", () => {
    paste(app, "q");
    pressBurst(app, "qS");
    expect([quits, calls]).toEqual([0, []]);
    pressBurst(app, "jjj");
    expect(app.selectedRow()?.session.id).toBe("two");
  });

  it("what is typed ahead of a slow line is pressed key by key, up to what takes a press of its own", () => {
    pressBurst(app, "jSk");
    expect(screen()).toContain("“S” came with other keys and was not obeyed: press it alone.");
    expect([calls, app.selectedRow()?.session.id]).toEqual([[], "two"]);
    pressBurst(app, "k\rhello");
    expect(app.current()).toMatchObject({ id: "one", editor: { text: "hello" } });
  });

  it("what acts on a session is done once by a key that is held down", async () => {
    pressBurst(app, "SSS");
    await expect.poll(() => calls).toEqual([["stop", { sessionId: "one" }]]);
  });
});

describe("in a session", () => {
  beforeEach(() => pressAll("enter"));

  it("letters are text until esc, and commands from then on", () => {
    pressAll("q", "x");
    expect(app.current()?.editor.text).toBe("qx");
    pressAll("esc", "q");
    expect(app.state().screen).toBe("list");
  });

  it("a paste is written and not sent, whatever is in it", () => {
    typeText(app, "one\r\ntwo\n");
    pressBurst(app, "three\r");
    expect(app.current()?.editor.text).toBe("one\ntwo\nthree\n");
    expect(calls).toEqual([]);
  });

  it("a key and text that come together are both obeyed", () => {
    pressAll("esc");
    pressBurst(app, "ihello");
    expect(app.current()?.editor.text).toBe("hello");
  });

  it("text and Enter that come together are sent once the terminal is known to mark its pastes", async () => {
    pressBurst(app, "one\r");
    expect([app.current()?.editor.text, calls]).toEqual(["one\n", []]);
    paste(app, "two");
    pressBurst(app, " three\rfour");
    await expect
      .poll(() => calls)
      .toEqual([["send", { sessionId: "one", prompt: "one\ntwo three", idempotencyKey: expect.any(String) }]]);
    expect(app.current()?.editor.text).toBe("four");
  });

  it("a search and Enter that come together are a search", () => {
    pressAll("esc");
    screen();
    pressBurst(app, "/words\ri");
    expect(screen()).toContain("“words” is not here");
    expect(app.state().mode).toBe("write");
  });

  it("a paste is sent as it came, and shown harmless", async () => {
    const pasted = "grep '\u001b[31m'\tlog \u202e\u200b\u3164";
    typeText(app, `${pasted}\0`);
    expect(screen()).toContain("› grep '\\x1b[31m' log \\u202e\\u{200b}\\u{3164}");
    pressAll("enter");
    await expect
      .poll(() => calls)
      .toEqual([["send", { sessionId: "one", prompt: pasted, idempotencyKey: expect.any(String) }]]);
    pressAll("up"); // what comes from the history, and from an editor, is drawn in the same way
    expect(app.current()?.editor.text).toBe(pasted);
    expect(screen()).toContain("\\x1b[31m");
  });

  it("what was written in an editor outside is sent as it is, and shown harmless", async () => {
    fromOutside = "one \u001b]0;title\u0007\r";
    pressAll("ctrl+g");
    await vi.waitUntil(() => screen().includes("› one \\x1b]0;title\\x07\\x0d"));
    pressAll("enter");
    await expect
      .poll(() => calls)
      .toEqual([["send", { sessionId: "one", prompt: fromOutside, idempotencyKey: expect.any(String) }]]);
  });

  it("a prompt that is not taken yet is shown as being sent, and sent again under its key while it is the same", async () => {
    const keys: unknown[] = [];
    const { promise, reject } = Promise.withResolvers<never>();
    app.client.chat.send.mutate = async ({ idempotencyKey }) => {
      keys.push(idempotencyKey);
      return promise;
    };
    typeText(app, "a prompt");
    pressAll("enter");
    await vi.waitUntil(() => screen().includes("being sent a prompt"));
    reject(new CcError("SERVER_UNREACHABLE", "No gateway can be reached."));
    await vi.waitUntil(() => app.current()?.editor.text === "a prompt");
    expect(screen()).not.toContain("being sent");
    pressAll("enter");
    await vi.waitUntil(() => keys.length === 2 && app.current()?.editor.text === "a prompt");
    typeText(app, "!");
    pressAll("enter");
    await vi.waitUntil(() => keys.length === 3);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  it("Enter sends, and what was sent comes back with up", async () => {
    typeText(app, "a prompt");
    pressAll("enter");
    await expect
      .poll(() => calls)
      .toEqual([["send", { sessionId: "one", prompt: "a prompt", idempotencyKey: expect.any(String) }]]);
    expect(app.current()?.editor.text).toBe("");
    await expect.poll(() => app.history.all()).toEqual(["a prompt"]);
    typeText(app, "a draft");
    pressAll("up");
    expect(app.current()?.editor.text).toBe("a prompt");
    pressAll("down");
    expect(app.current()?.editor.text).toBe("a draft");
  });

  it("one key leads from one open session to the next, each with its own draft", () => {
    typeText(app, "draft of one");
    pressAll("esc", "esc", "j", "enter");
    expect(app.current()?.id).toBe("two");
    pressAll("tab");
    expect(app.current()).toMatchObject({ id: "one", editor: { text: "draft of one" } });
    pressAll("alt+2");
    expect(app.current()?.id).toBe("two");
  });

  it("ctrl+c clears what is written, then leaves", () => {
    typeText(app, "no");
    pressAll("ctrl+c");
    expect(app.current()?.editor.text).toBe("");
    pressAll("ctrl+c");
    expect(app.state().screen).toBe("list");
  });
});

describe("a turn that is to be interrupted", () => {
  it("says so until it has ended, and names the key before", async () => {
    pressAll("enter");
    tell("one", "turn.started");
    await vi.waitUntil(() => screen().includes("ctrl+c interrupt"));
    pressAll("ctrl+c", "x"); // what is typed on takes nothing away
    expect(screen()).toContain("interrupting…");
    expect(calls).toEqual([["interrupt", { sessionId: "one" }]]);
    tell("one", "turn.interrupted");
    await vi.waitUntil(() => !screen().includes("interrupting…"));
  });
});

describe("a session without a history", () => {
  it("says where its agent works and that it does not ask", () => {
    pressAll("enter");
    expect(screen()).toMatch(
      /A new session with files of its own[^]*does not ask[^]*─ does not ask · files of its own ─/,
    );
  });
});

describe("a filter that nothing has", () => {
  it("is told as it is, with the key that takes it away", () => {
    pressAll("/", "x", "y", "enter");
    expect(screen()).toMatch(/^Sessions {2}0 of 2 {2}with “xy”.*by age/);
    expect(screen()).toContain("Nothing in 2 sessions has “xy”. esc shows all again.");
  });
});

describe("the help", () => {
  it("begins with the keys of where it was asked for, and comes to its ends by pages", () => {
    pressAll("enter", "alt+h");
    expect(screen().split("\n")[2]).toContain("In a session, writing");
    pressAll("home");
    expect(screen().split("\n")[2]).toContain("In the list of sessions");
    pressAll("pagedown", "pagedown", "pageup", "pageup");
    expect(screen().split("\n")[2]).toContain("In the list of sessions");
  });

  it("is scrolled no further than it goes", () => {
    pressAll("?", "end");
    const end = screen();
    expect(end).toContain("close the help");
    for (const key of ["down", "down", "up"]) {
      pressAll(key);
      screen();
    }
    expect(screen()).not.toBe(end);
    pressAll("down");
    expect(screen()).toBe(end);
  });
});

describe("any screen", () => {
  it("tells what the history of prompts is in trouble with, whenever that comes", () => {
    pressAll("enter");
    tellTrouble("Not remembered: the disk is full");
    expect(screen().split("\n").at(-1)).toContain("Not remembered: the disk is full");
  });

  it.each([
    ["the list", []],
    ["a line that is asked for", ["/"]],
    ["a session", ["enter"]],
    ["a search in one", ["enter", "esc", "/"]],
    ["the help", ["?"]],
  ])("fits with %s, however small the terminal is and whatever was pasted", (_, keys) => {
    const random = createRandom(7);
    pressAll(...keys);
    for (let round = 0; round < 20; round += 1) {
      typeText(app, hostileText(random, 5));
      const [columns, rows] = [1 + Math.floor(random() * 90), 1 + Math.floor(random() * 40)];
      const { lines, cursor = { x: 0, y: 0 } } = drawFrame(app, { columns, rows });
      expect(lines).toHaveLength(rows);
      expectHarmless(lines, columns);
      expect([cursor.x < columns, cursor.y < rows]).toEqual([true, true]);
    }
  });
});

describe("what the agent asks", () => {
  const commands = { a1: "rm one", a2: "rm two" };
  let passedMs = 0;
  const performanceNow = performance.now.bind(performance);
  beforeEach(() => void vi.spyOn(performance, "now").mockImplementation(() => performanceNow() + passedMs));
  afterEach(() => void vi.restoreAllMocks());
  /** So much time as it takes. */
  const read = () => void (passedMs += READ_MS);
  const answered = () => calls.filter(([name]) => name === "answer").map(([, input]) => input);

  async function openAsking() {
    pressAll("enter", "esc");
    await vi.waitUntil(() => screen().includes("search")); // it is read, not written in
    ask("one", "a1", commands.a1);
    await vi.waitUntil(() => screen().includes(commands.a1));
    read();
  }

  it("is answered by a key, once, also by one that is held down", async () => {
    await openAsking();
    pressBurst(app, "yyy");
    expect(answered()).toEqual([{ approvalId: "a1", decision: "allow" }]);
  });

  it("is not answered by a key that comes with others: it may have been typed before it asked", async () => {
    await openAsking();
    paste(app, "marked");
    pressBurst(app, "ky");
    expect(answered()).toEqual([]);
    expect(screen()).toContain("“y” came with other keys");
  });

  it("is not answered by a key behind others in one read, and nothing is sent by an Enter there", async () => {
    await openAsking();
    const reader = createKeyReader(app);
    reader.key("j");
    reader.key("y");
    expect(screen()).toContain("“y” came with other keys");
    reader.text("iwrong");
    reader.key("backspace");
    reader.key("alt+y");
    reader.key("enter");
    expect([answered(), app.current()?.editor.text]).toEqual([[], "wron\n"]);
    await new Promise(setImmediate); // the next read
    reader.key("alt+y");
    expect(answered()).toEqual([{ approvalId: "a1", decision: "allow" }]);
  });

  it("is allowed for good as the line says that is asked for, which begins empty where nothing is suggested", async () => {
    await openAsking();
    pressAll("A");
    expect(answered()).toEqual([]);
    expect(screen()).toContain("Always allow by a rule (Bash alone allows all):");
    typeText(app, "Bash(rm *)");
    pressAll("enter");
    expect(answered()).toEqual([{ approvalId: "a1", decision: "allow", rule: "Bash(rm *)" }]);
    await vi.waitUntil(() => screen().includes("Bash(rm *) is not asked about in this session any more"));
  });

  it("is not answered when the rule is taken back, or nothing is left of it", async () => {
    await openAsking();
    pressAll("A", "esc", "i", "esc");
    read();
    pressAll("A", "ctrl+u", "enter");
    await vi.waitUntil(() => screen().includes("nothing was answered"));
    expect(answered()).toEqual([]);
  });

  it("is not answered by a key that was pressed for what stood there before", async () => {
    await openAsking();
    ask("one", "a0", "rm zero");
    await vi.waitUntil(() => (app.current()?.approvals().length ?? 0) > 1);
    tell("one", "approval.withdrawn", { approvalId: "a1" });
    await vi.waitUntil(() => app.current()?.approvals()[0]?.id === "a0");
    read();
    pressAll("y"); // no frame has shown it
    expect(answered()).toEqual([]);
    screen();
    pressAll("y"); // one has, just now
    expect(answered()).toEqual([]);
    expect(screen()).toContain("nothing was answered");
  });

  it("is not allowed where the window has no room to show it", async () => {
    await openAsking();
    tell("one", "approval.withdrawn", { approvalId: "a1" });
    ask("one", "a2", commands.a2);
    const draw = () => drawFrame(app, { columns: 20, rows: 6 }).lines.map(plainText).join("\n");
    await vi.waitUntil(() => draw().includes("allow") && app.current()?.approvals()[0]?.id === "a2");
    draw();
    read();
    pressAll("y");
    expect(answered()).toEqual([]);
    expect(screen()).toContain("There is no room to show what is asked");
    read();
    pressAll("y");
    expect(answered()).toEqual([{ approvalId: "a2", decision: "allow" }]);
  });

  it("is not allowed before its rows were all on the screen", async () => {
    await openAsking();
    tell("one", "approval.withdrawn", { approvalId: "a1" });
    ask("one", "a2", `${"echo\n".repeat(20)}rm last`);
    await vi.waitUntil(() => screen().includes("more rows: v"));
    read();
    pressAll("y");
    expect(screen()).toContain("were not seen: nothing was answered");
    pressAll("v");
    expect(screen()).toContain("rm last");
    read();
    pressAll("y");
    expect(answered()).toEqual([{ approvalId: "a2", decision: "allow" }]);
  });

  it("is not answered by the second of two presses that were meant as one", async () => {
    await openAsking();
    pressAll("y", "y");
    expect(answered()).toHaveLength(1);
  });
});
