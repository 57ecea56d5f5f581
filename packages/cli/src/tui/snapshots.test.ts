/** Every screen, as it is: a file of `snapshots/` each, to be looked at when it changes. */
import type { SessionId } from "@cc-docker/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { drawFrame } from "./frame/draw-frame.ts";
import { press } from "./press.ts";
import type { App } from "./state/app.ts";
import { createAppOn, createFakeGateway, type FakeGateway } from "./state/fake-gateway.test-helper.ts";
import { shown } from "./text/lines.test-helper.ts";

const SIZES = {
  "80x24": { columns: 80, rows: 24 },
  "20x6": { columns: 20, rows: 6 },
  "120x40": { columns: 120, rows: 40 },
};
type SizeName = keyof typeof SIZES;
const USUAL: readonly SizeName[] = ["80x24", "20x6"];

let closing: AbortController;
let gateway: FakeGateway;
let app: App;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-01-01T00:00:20Z") });
  closing = new AbortController();
  gateway = createFakeGateway();
});
afterEach(() => {
  closing.abort();
  vi.useRealTimers();
});

const frame = (size: SizeName = "80x24") => shown(drawFrame(app, SIZES[size]).lines);
const pressAll = (...keys: string[]) => keys.forEach((key) => press(app, key));
const typeAll = (text: string) => pressAll(...Array.from(text));

async function expectFrames(name: string, sizes: readonly SizeName[] = USUAL): Promise<void> {
  for (const size of sizes) await expect(`${frame(size)}\n`).toMatchFileSnapshot(`snapshots/${name}-${size}.txt`);
}

async function openApp(isReady: () => boolean): Promise<void> {
  app = createAppOn(gateway, closing.signal);
  await vi.waitUntil(isReady);
}

/** A turn that has ended, and what it has cost. */
function takeTurn(
  id: SessionId,
  { prompt, answer, costUsd }: { prompt: string; answer: string; costUsd: number },
): void {
  gateway.append(id, "turn.queued", { prompt }, prompt);
  gateway.append(id, "turn.started", {}, prompt);
  const message = { id: `message of ${prompt}`, content: [{ type: "text", text: answer }] };
  gateway.append(id, "agent.assistant", { message }, prompt);
  gateway.append(id, "turn.completed", { result: { costUsd, durationMs: 2500 } }, prompt);
}

const host = (path: string) => ({ workspace: { type: "host", path } }) as const;

describe("the list", () => {
  async function openList() {
    const parser = gateway.create("aaaaaaaa1", { ...host("/home/me/parser"), name: "the parser", costUsd: 1.25 });
    takeTurn(parser, { prompt: "write it", answer: "The parser is **written**.", costUsd: 0.25 });
    takeTurn(parser, { prompt: "test it", answer: "All 12 tests pass.", costUsd: 1 });
    const docs = gateway.create("bbbbbbbb2", { ...host("/home/me/docs"), status: "paused", parked: true });
    takeTurn(docs, { prompt: "write the documents", answer: "日本語 is documented, too.", costUsd: 0.5 });
    gateway.create("cccccccc3", { ...host("/home/me/parser"), forkedFrom: { sessionId: parser } });
    const error = { code: "AGENT_EXITED", message: "The agent ended.", hint: "", retry: "never" } as const;
    gateway.create("dddddddd4", { status: "failed", error });
    const said = (text: string) => app.listing.rows().some(({ lastLine }) => lastLine.includes(text));
    await openApp(() => said("documented") && said("12 tests"));
  }

  it("of some sessions", async () => {
    await openList();
    await expectFrames("list", ["80x24", "120x40", "20x6"]);
  });

  it("grouped by directory", async () => {
    await openList();
    pressAll("d", "j");
    await expectFrames("list-grouped");
  });

  it("filtered", async () => {
    await openList();
    pressAll("/");
    typeAll("pars");
    await expectFrames("list-asking-for-a-filter");
    pressAll("enter");
    await expectFrames("list-filtered");
    pressAll("/");
    typeAll("nothinghere");
    pressAll("enter");
    await expectFrames("list-filtered-to-nothing");
  });

  it("without a session", async () => {
    await openApp(() => app.listing.total() === 0);
    await expectFrames("list-empty");
  });

  it("while the gateway is away", async () => {
    await openList();
    gateway.goAway();
    app.listing.refresh();
    await vi.waitUntil(() => app.listing.failure() !== undefined);
    await expectFrames("list-away");
  });
});

describe("a session", () => {
  const id = "aaaaaaaa1" as SessionId;
  const ask = { permissionMode: "ask", model: "opus" } as const;

  beforeEach(async () => {
    gateway.create(id, { ...host("/home/me/parser"), name: "the parser", config: ask });
    await openApp(() => app.listing.total() === 1);
    app.show(id);
    gateway.append(id, "session.idle");
    await vi.waitUntil(() => app.current()?.view().status === "idle");
  });

  function begin(prompt = "make it faster"): void {
    gateway.append(id, "session.running");
    gateway.append(id, "turn.queued", { prompt });
    gateway.append(id, "turn.started");
  }

  const hasCome = (text: string) => vi.waitUntil(() => frame("120x40").includes(text));

  function call(name: string, input: unknown, toolId = name): void {
    const content = [{ type: "tool_use", id: toolId, name, input }];
    gateway.append(id, "agent.assistant", { message: { id: `of ${toolId}`, content } });
  }

  function giveBack(toolId: string, text: string, more: unknown = {}): void {
    const content = [{ type: "tool_result", tool_use_id: toolId, content: text }];
    gateway.append(id, "agent.user", { message: { content }, ...(more as object) });
  }

  function edit(): void {
    call("Edit", { file_path: "/home/me/parser/main.ts", old_string: "const a = 1;", new_string: "const a = 2;" });
    const lines = [" // the start", "-const a = 1;", "+const a = 2;"];
    const structuredPatch = [{ oldStart: 1, oldLines: 2, newStart: 1, newLines: 2, lines }];
    giveBack("Edit", "The file was updated.", { tool_use_result: { structuredPatch } });
  }

  it("that is new", () => expectFrames("session-new"));

  it("while its agent writes", async () => {
    begin();
    const stream = (event: unknown) => gateway.append(id, "agent.stream_event", { event });
    stream({ type: "message_start", message: { id: "m1" } });
    stream({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } });
    const text = "# A plan\n\n1. *Measure*\n2. `cache`\n\n```ts\nconst a = 1;\n```\nand then";
    stream({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } });
    await hasCome("and then");
    await expectFrames("session-streaming");
  });

  it("with tools, folded and unfolded, and a diff", async () => {
    begin();
    call("Bash", { command: "seq 1 6" });
    giveBack("Bash", "1\n2\n3\n4\n5\n6");
    edit();
    await hasCome("const a = 2");
    await expectFrames("session-tools-folded");
    pressAll("esc", "O");
    await expectFrames("session-tools-unfolded");
  });

  it("with things to do, and prompts that wait", async () => {
    begin();
    const todos = [
      { content: "Measure", status: "completed", activeForm: "Measuring" },
      { content: "Cache", status: "in_progress", activeForm: "Caching" },
    ];
    call("TodoWrite", { todos });
    giveBack("TodoWrite", "The todos were written.");
    gateway.append(id, "turn.queued", { prompt: "and then test it" }, "next");
    await hasCome("queued and then test it");
    await expectFrames("session-todo-and-queued");
  });

  it("whose agent asks to use a tool", async () => {
    begin();
    const input = { command: "rm -rf build" };
    call("Bash", input);
    const approval = { id: "a1", kind: "tool", toolName: "Bash", input };
    gateway.append(id, "approval.requested", { approval });
    await hasCome("alt+y allow");
    await expectFrames("session-asks-for-a-tool");
    pressAll("esc");
    await expectFrames("session-asks-for-a-tool-reading");
  });

  it("whose agent has a plan", async () => {
    begin();
    const input = { plan: "1. Measure\n2. Cache what is slow" };
    call("ExitPlanMode", input);
    gateway.append(id, "approval.requested", { approval: { id: "a1", kind: "plan", toolName: "ExitPlanMode", input } });
    await hasCome("The agent has a plan");
    await expectFrames("session-asks-about-a-plan");
  });

  it("whose agent has a question", async () => {
    begin();
    const options = [
      { label: "Red", description: "like fire" },
      { label: "Blue", description: "like the sky" },
    ];
    const input = { questions: [{ question: "Which colour?", header: "Colour", multiSelect: false, options }] };
    gateway.append(id, "approval.requested", {
      approval: { id: "a1", kind: "question", toolName: "AskUserQuestion", input },
    });
    await hasCome("Which colour?");
    await expectFrames("session-asks-a-question");
  });

  it("in which something is looked for", async () => {
    takeTurn(id, { prompt: "first", answer: "a needle\n\nand hay", costUsd: 0.1 });
    takeTurn(id, { prompt: "second", answer: "more hay\n\nanother needle", costUsd: 0.2 });
    await hasCome("another needle");
    pressAll("esc", "/");
    typeAll("needle");
    await expectFrames("session-asking-for-words");
    pressAll("enter", "N");
    await expectFrames("session-search");
  });

  it("with the time of its turn", async () => {
    takeTurn(id, { prompt: "first", answer: "done", costUsd: 0.1 });
    takeTurn(id, { prompt: "second", answer: "done, too", costUsd: 0.2 });
    await hasCome("done, too");
    pressAll("esc", "l");
    await expectFrames("session-timeline");
  });

  it("while the gateway is away", async () => {
    takeTurn(id, { prompt: "first", answer: "said before", costUsd: 0.1 });
    await hasCome("said before");
    gateway.goAway();
    app.listing.refresh();
    await vi.waitUntil(() => app.listing.failure() !== undefined);
    await expectFrames("session-away");
  });

  it("that has a long notice", async () => {
    const text = `WORKSPACE_NOT_ALLOWED: The directory ${"/deep".repeat(30)} is not one that sessions may work in.`;
    app.set({ notice: { text, isFailure: true, todo: "Start the gateway there with `ccd serve`." } });
    await expectFrames("session-notice");
  });
});

describe("the help", () => {
  it("of where one is", async () => {
    await openApp(() => app.listing.total() === 0);
    pressAll("?");
    await expectFrames("help");
    pressAll("end");
    await expectFrames("help-end");
  });
});
