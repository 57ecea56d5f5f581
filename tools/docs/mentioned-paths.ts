/** Which words of a Markdown text claim to be a path of this repository. */

const FOLDERS = ["container", "docs", "packages", "tests", "tools"];
const FILE_ENDING = /[.](ts|tsx|md|json|sh|cjs|mjs|ya?ml|Dockerfile)$/;
const BARE_FILE = /^[\w-]+([.][\w-]+)*[.](ts|tsx|md)$/;
const PATH = /^[\w.-]+(\/[\w.-]+)*\/?$/;

/**
 * Code spans such as `packages/server/src/config.ts`, `core/turns/`, `config.ts` and `./dev check`, and the targets of
 * relative links. Patterns (`*`, `<name>`), addresses, package names and absolute paths are no claims.
 */
export function mentionedPaths(markdown: string): string[] {
  const prose = markdown.replaceAll(/^```.*?^```/gms, "");
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span ?? "").flatMap(pathOfSpan);
  const links = [...prose.matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)].map(([, target]) => target ?? "");
  return [...new Set([...spans, ...links].map((path) => path.replace(/^[.]\//, "")))];
}

function pathOfSpan(span: string): string[] {
  if (span.startsWith("./")) return [span.split(" ")[0] ?? span];
  return looksLikePath(span) ? [span] : [];
}

function looksLikePath(span: string): boolean {
  if (BARE_FILE.test(span)) return true;
  if (!PATH.test(span) || !span.includes("/")) return false;
  return span.endsWith("/") || FILE_ENDING.test(span) || FOLDERS.includes(span.split("/")[0] ?? "");
}

/** A short path is fine as long as it is the end of a real one: `edges/trpc/trpc.ts`, `config.ts`. */
export function isRealPath(path: string, repoFiles: readonly string[]): boolean {
  const wanted = path.replace(/\/$/, "");
  if (path === wanted && repoFiles.some((file) => `/${file}`.endsWith(`/${wanted}`))) return true;
  return repoFiles.some((file) => `/${file}`.includes(`/${wanted}/`));
}
