/**
 * Puts a transcript where Claude Code looks for it, replacing what a life cut short may have left there. Written as the
 * agent's user: its directories are closed to us, and a path that leads elsewhere leads only where the agent may write.
 */
import { spawnSync } from "node:child_process";
import type { TranscriptPart } from "./agent.ts";
import { AGENT_HOME, WORKSPACE } from "./agent-environment.ts";
import { AS_AGENT } from "./spawn-as-agent.ts";

/** How Claude Code names a directory's conversations. */
const PROJECT_DIRECTORY = `${AGENT_HOME}/.claude/projects/${WORKSPACE.replaceAll("/", "-")}`;
const WRITE_STDIN = 'mkdir -p "$(dirname "$1")" && cat >"$1"';

export function restoreTranscript({
  agentSessionId,
  transcript,
}: {
  agentSessionId: string;
  transcript: readonly TranscriptPart[];
}): void {
  const files = new Map<string, string[]>();
  for (const { subpath, entries } of transcript) {
    const path = `${PROJECT_DIRECTORY}/${agentSessionId}${subpath === undefined ? "" : `/${subpath}`}.jsonl`;
    const lines = files.get(path) ?? [];
    lines.push(...entries.map((entry) => `${JSON.stringify(entry)}\n`));
    files.set(path, lines);
  }
  for (const [path, lines] of files) write(path, lines.join(""));
}

function write(path: string, content: string): void {
  const [command, ...dropping] = AS_AGENT;
  const { status, stderr, error } = spawnSync(command, [...dropping, "sh", "-c", WRITE_STDIN, "sh", path], {
    input: content,
  });
  if (status === 0) return;
  throw new Error(`the transcript could not be restored: ${error?.message ?? stderr.toString().slice(0, 500)}`);
}
