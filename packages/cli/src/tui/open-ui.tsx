/** The whole UI, from the first frame to the terminal as it was before. Loaded when it is asked for: React takes time. */
import type { Client, SessionId } from "@cc-docker/client";
import { render } from "ink";
import type { Environment } from "../io.ts";
import { Ui } from "./components/ui.tsx";
import { editOutside } from "./outside-editor.ts";
import { type App, createApp } from "./state/app.ts";
import { historyFile, openPromptHistory } from "./state/prompt-history.ts";
import { themeFor } from "./theme-for.ts";
import { keepYoungSpaceSmall } from "./young-space.ts";

export type UiOptions = {
  client: Client;
  env: Environment;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  /** Where the person is: their prompts are remembered by directory. */
  directory: string;
  /** The screen is left when it is aborted. */
  signal: AbortSignal;
  /** The session to begin with; the list of sessions when absent. */
  sessionId?: SessionId | undefined;
};

/** Frames are spared before they come to Ink (state/frames.ts): what a key has changed must not wait there. */
const INK_MAX_FPS = 200;

/**
 * Resolves when the person has left, with the terminal as it was.
 * @returns the prompts that the gateway had not taken by then
 */
export async function openUi({
  client,
  env,
  stdin,
  stdout,
  directory,
  signal,
  sessionId,
}: UiOptions): Promise<{ sessionId: SessionId; text: string }[]> {
  const leaving = new AbortController();
  const history = await openPromptHistory(historyFile(env), directory);
  const suspension = createSuspension();
  const ending = AbortSignal.any([signal, leaving.signal]);
  /** Of a text that is in an editor. */
  let edited: Promise<unknown> = Promise.resolve();
  const app = createApp({
    client,
    history,
    directory,
    signal: ending,
    onQuit: () => leaving.abort(),
    editOutside(text, fileName) {
      const left = editOutside({ text, fileName, env, suspend: suspension.run, signal: ending });
      edited = left.catch(() => undefined);
      return left;
    },
  });
  if (sessionId) app.show(sessionId);
  const ui = render(<Ui app={app} theme={themeFor(env, stdout)} onSuspend={suspension.provide} />, {
    stdin,
    stdout,
    alternateScreen: true,
    exitOnCtrlC: false,
    incrementalRendering: true,
    maxFps: INK_MAX_FPS,
    interactive: true, // a person asked for it; a variable named CI says nothing about that
    patchConsole: false,
  });
  app.signal.addEventListener("abort", () => ui.unmount());
  await ui.waitUntilRenderFlush();
  keepYoungSpaceSmall();
  void loadHighlight(app);
  await ui.waitUntilExit();
  await edited; // its file holds a prompt
  return app.sessions.ids().flatMap((id) => {
    const sending = [...(app.sessions.find(id)?.sending ?? [])];
    return sending.map(({ text }) => ({ sessionId: id, text }));
  });
}

/** Behind the first frame: it takes as long as that did. */
async function loadHighlight(app: App): Promise<void> {
  const { highlight } = await import("./text/code/highlighter.ts");
  app.useHighlight(highlight);
}

type Suspend = (work: () => Promise<void>) => Promise<void>;

/** The terminal is Ink's to give away, and Ink gives it to components only. */
function createSuspension(): { run: Suspend; provide: (suspend: Suspend) => void } {
  let given: Suspend = (work) => work();
  return { run: (work) => given(work), provide: (suspend) => void (given = suspend) };
}
