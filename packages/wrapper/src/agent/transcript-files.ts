/**
 * Puts a transcript where Claude Code looks for it, replacing what a life cut short may have left there. Written as the
 * agent's user: its directories are closed to us, and a path that leads elsewhere leads only where the agent may write.
 */
import type { TranscriptPart } from "./agent.ts";
import { WORKSPACE } from "./agent-environment.ts";
import { type AgentUser, runAsAgent } from "./agent-user.ts";

/** How Claude Code names a directory's conversations. */
const PROJECT_DIRECTORY = `.claude/projects/${WORKSPACE.replaceAll("/", "-")}`;
const WRITE_STDIN = 'mkdir -p "$(dirname "$1")" && cat >"$1"';

export function restoreTranscript(
  user: AgentUser,
  { agentSessionId, transcript }: { agentSessionId: string; transcript: readonly TranscriptPart[] },
): void {
  const files = new Map<string, string[]>();
  for (const { subpath, entries } of transcript) {
    const path = `${user.home}/${PROJECT_DIRECTORY}/${agentSessionId}${subpath === undefined ? "" : `/${subpath}`}.jsonl`;
    const lines = files.get(path) ?? [];
    lines.push(...entries.map((entry) => `${JSON.stringify(entry)}\n`));
    files.set(path, lines);
  }
  for (const [path, lines] of files) write(user, path, lines.join(""));
}

function write(user: AgentUser, path: string, content: string): void {
  const problem = runAsAgent(user, ["sh", "-c", WRITE_STDIN, "sh", path], content);
  if (problem !== undefined) throw new Error(`the transcript could not be restored: ${problem}`);
}
