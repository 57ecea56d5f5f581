/** `/docs`: the OpenAPI document for people, on one page that loads and runs nothing. */
import { createHash } from "node:crypto";
import { ERRORS, isErrorCode } from "@cc-docker/protocol";
import { titleOf } from "../problem.ts";
import { renameWords } from "../table/names.ts";
import type { Route } from "../table/route.ts";
import { ROUTES } from "../table/routes.ts";
import { commandsOf } from "./examples.ts";
import type { JsonSchema } from "./json-schema.ts";
import type { OpenApi, Operation, Parameter } from "./openapi.ts";

const STYLE = [
  "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}",
  "code,pre{font:14px/1.45 ui-monospace,monospace}pre{background:#f4f4f4;padding:.75rem;overflow-x:auto}",
  "table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.25rem .5rem;text-align:left;vertical-align:top}",
  "h3 code{background:#1a1a1a;color:#fff;padding:.1rem .4rem}section{margin-bottom:2.5rem}",
  "@media(prefers-color-scheme:dark){body{background:#161616;color:#e4e4e4}pre{background:#222}a{color:#8ab4f8}td,th{border-color:#444}}",
].join("");

export const DOCS_CSP = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export function renderDocs({ info, paths, components }: OpenApi): string {
  const operations = ROUTES.map((route) => {
    const operation = paths[route.path]?.[route.method.toLowerCase()];
    return operation ? renderOperation(route, operation) : "";
  });
  const schemas = Object.entries(components.schemas).map(([name, schema]) => renderSchema(name, schema));
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(info.title)}: REST</title>`,
    `<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head><body>`,
    `<h1>${escape(info.title)}: REST</h1><p>${escape(info.description)}</p>`,
    '<p>The same for programs is at <a href="/openapi.json">/openapi.json</a>. In the examples <code>$URL</code> is',
    " where the gateway listens and <code>$TOKEN</code> a token of yours.</p>",
    ...operations,
    "<h2>Schemas</h2>",
    ...schemas,
    "<h2>Errors</h2>",
    renderErrors(),
    "</body></html>",
  ].join("\n");
}

function renderOperation(route: Route, { summary, parameters, requestBody, responses }: Operation): string {
  const body = requestBody?.content["application/json"]?.schema;
  return [
    `<section id="${route.id}"><h3><code>${route.method}</code> ${escape(route.path)}</h3><p>${escape(summary)}.</p>`,
    ...commandsOf(route).map(({ text }) => `<pre>${escape(text)}</pre>`),
    parameters.length > 0 ? table(["Parameter", "In", "Takes", "Means"], parameters.map(parameterCells)) : "",
    body ? `<p>Body:</p>${renderJson(body)}` : "",
    table(
      ["Status", "Means"],
      Object.entries(responses).map(([status, response]) => [status, describe(response)]),
    ),
    "</section>",
  ].join("\n");
}

function parameterCells({ name, in: where, required, schema, description }: Parameter): string[] {
  const means = escape(description);
  return [
    `<code>${escape(name)}</code>`,
    `${where}${required ? ", required" : ""}`,
    escape(JSON.stringify(schema)),
    means,
  ];
}

function describe({ description, content = {} }: Operation["responses"][string]): string {
  const words = description
    .split(", ")
    .map((word) => (isErrorCode(word) ? `<a href="#${word}">${word}</a>` : escape(word)));
  const names = Object.entries(content).map(
    ([type, { schema }]) => `${linkSchema(schema)} <code>${escape(type)}</code>`,
  );
  return [words.join(", "), ...names].join("<br>");
}

function renderSchema(name: string, schema: JsonSchema): string {
  return `<section id="schema-${escape(name)}"><h3>${escape(name)}</h3>${renderJson(schema)}</section>`;
}

function renderErrors(): string {
  const rows = Object.entries(ERRORS).map(([code, { http, retry, hint }]) => [
    `<span id="${code}">${code}</span>`,
    String(http),
    retry,
    escape(`${isErrorCode(code) ? titleOf(code) : code}. ${renameWords(hint)}`),
  ]);
  return table(["Code", "Status", "Retry", "What to do"], rows);
}

function renderJson(schema: JsonSchema): string {
  const text = escape(JSON.stringify(schema, null, 2));
  return `<pre>${text.replaceAll(/#\/components\/schemas\/(\w+)/g, '<a href="#schema-$1">$1</a>')}</pre>`;
}

function linkSchema({ $ref }: JsonSchema): string {
  const name = typeof $ref === "string" ? ($ref.split("/").at(-1) ?? "") : "";
  return name === "" ? "" : `<a href="#schema-${name}">${name}</a>`;
}

/** Cells are HTML. */
function table(head: string[], rows: string[][]): string {
  const line = (cells: string[], tag: string) => `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;
  return `<table>${line(head, "th")}${rows.map((cells) => line(cells, "td")).join("")}</table>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
