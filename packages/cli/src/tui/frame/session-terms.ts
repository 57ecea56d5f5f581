/** On which terms an agent works: whether it asks before it acts, and on whose files. Pure. */
import type { Session } from "@cc-docker/client";
import { printableLine } from "../../output/printable.ts";
import { type Line, span } from "../text/line.ts";
import { MIN_WIDTH, wrapLine } from "../text/wrap/wrap-line.ts";
import { endOf, words } from "./fit-line.ts";

export type Terms = Pick<Session, "id" | "config" | "workspace" | "forkedFrom">;

/** Between what was and what will be, in at most so many columns: " does not ask · /home/me/project ". */
export function termsLine(session: Terms, columns: number): Line {
  const asks = isAsked(session) ? span(" asks first ", "strong") : span(" does not ask ", "warning");
  const room = columns - asks.text.length - 3;
  const where = session.workspace.type === "host" ? session.workspace.path : "files of its own";
  return room < 4 ? [asks] : [asks, span("· ", "mark"), span(`${pathEnd(printableLine(where), room)} `, "linkTarget")];
}

/** In place of a history that there is not yet: what a prompt will have its effect on. */
export function welcomeLines(session: Terms, parent: string | undefined, columns: number): Line[] {
  const { workspace, forkedFrom } = session;
  const where = workspace.type === "host" ? `in ${workspace.path}` : "with files of its own";
  const from = forkedFrom && nameOf(forkedFrom.sessionId.slice(0, 8), parent);
  const lines: Line[] = [
    from === undefined
      ? [words(`A new session ${where}.`, "strong")]
      : [words(`A fork of ${from}, ${where}: it knows that conversation, which is shown there.`, "strong")],
    isAsked(session)
      ? [words("The agent asks before it changes something.")]
      : [words("The agent does not ask: what it wants to do is done at once.", "warning")],
    [words("Write what it is to do, then enter. alt+h, or esc and ?, shows every key.", "muted")],
  ];
  return [[], ...lines.flatMap((line) => wrapLine(line, Math.max(MIN_WIDTH, columns)))];
}

/** A session that says nothing is of a gateway's own default, which is not to ask. */
function isAsked({ config }: Terms): boolean {
  return config.permissionMode === "ask";
}

/** The name, and the number that is beside it in the list. */
function nameOf(id: string, title: string | undefined): string {
  return title === undefined || title === id ? id : `“${title}” (${id})`;
}

/** A path's end tells more than its beginning. */
function pathEnd(path: string, columns: number): string {
  const end = endOf(path, columns);
  return end === path ? path : `…${endOf(path, columns - 1)}`;
}
