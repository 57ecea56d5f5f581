import type { FastifyInstance } from "fastify";
import type { InputOf } from "../read-request.ts";
import { DOCS_CSP, renderDocs } from "./docs-page.ts";
import { createOpenApi } from "./openapi.ts";

/** The description of the API, for programs and for people; anybody may read it. Made when it is first asked for. */
export function mountDocs(app: FastifyInstance, inputOf: InputOf): void {
  let made: { json: string; html: string } | undefined;
  const describe = () => {
    const document = createOpenApi(inputOf);
    return { json: JSON.stringify(document), html: renderDocs(document) };
  };
  app.get("/openapi.json", (_request, reply) => reply.type("application/json").send((made ??= describe()).json));
  app.get("/docs", (_request, reply) =>
    reply
      .headers({
        "content-security-policy": DOCS_CSP,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
      })
      .type("text/html; charset=utf-8")
      .send((made ??= describe()).html),
  );
}
