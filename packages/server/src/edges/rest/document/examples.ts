/** The examples of the table as commands. `$URL`, `$TOKEN` and what is in capitals in a path are the caller's to set. */
import { type Example, REST_PREFIX, type Route } from "../table/route.ts";

export type Command = { title: string | undefined; text: string; example: Example };

export function commandsOf(route: Route): Command[] {
  return route.examples.map((example) => ({ title: example.title, text: toCurl(route, example), example }));
}

function toCurl(route: Route, { query, body, headers = {} }: Example): string {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => `$${name.toUpperCase()}`);
  const address = `"$URL${REST_PREFIX}${path}${query === undefined ? "" : `?${query}`}"`;
  const method = route.method === "GET" || (route.method === "POST" && body !== undefined) ? "" : ` -X ${route.method}`;
  return [
    `curl ${route.streams ? "-sSN" : "-sS"}${method} ${address}`,
    ...(route.isPublic ? [] : ['-H "Authorization: Bearer $TOKEN"']),
    ...Object.entries(headers).map(([name, value]) => `-H "${name}: ${value}"`),
    ...(body === undefined ? [] : [`--json '${quoteBody(body)}'`]),
  ].join(" \\\n  ");
}

/** Within single quotes, but for variables, which the shell is to put in. */
function quoteBody(body: unknown): string {
  return JSON.stringify(body)
    .replaceAll("'", "'\\''")
    .replaceAll(/\$([A-Z_]+)/g, `'"$$$1"'`);
}
