// An HTTP server that speaks Anthropic's Messages API and does what the prompt tells it (see parse-script.ts). Real
// Claude Code works against it: it is the model of the tests, the demo, the benchmark, and of a server without a key.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createMessageAnswerer, type Exchange } from "./answer-message.ts";
import { createJournal, type Journal } from "./journal.ts";
import { newId } from "./message-writer.ts";
import { parseRequest, sendError, sendJson } from "./messages-api.ts";

export interface ScriptedModel extends AsyncDisposable {
  /** Without a trailing slash; what `ANTHROPIC_BASE_URL` wants. */
  url: string;
  journal: Journal;
  /** Ends open answers at once. Closing twice is fine. */
  close(): Promise<void>;
}

export interface ScriptedModelOptions {
  /** 0, the default, takes a free one. */
  port?: number;
  host?: string;
  /** How many requests the journal remembers. */
  journalSize?: number;
}

const MAX_BODY_BYTES = 32 * 1024 * 1024; // as Anthropic's API
// Longer than a client's own, so that a request never meets a connection just being closed.
const KEEP_ALIVE_MS = 120_000;

export async function startScriptedModel(options: ScriptedModelOptions = {}): Promise<ScriptedModel> {
  const { port = 0, host = "127.0.0.1", journalSize } = options;
  const journal = createJournal(journalSize);
  const answerMessage = createMessageAnswerer(journal);
  const server = createServer({ noDelay: true, keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    void handle(request, response);
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    const exchange = { response, entry: journal.add(request), signal: gone.signal };
    response.setHeader("request-id", newId("req"));
    response.on("close", () => gone.abort(new Error("the client went away")));
    try {
      await route(request, exchange);
    } catch (error) {
      if (gone.signal.aborted || !request.complete) exchange.entry.outcome = "aborted";
      else settleFailure(exchange, error);
    }
  }

  async function route(request: IncomingMessage, exchange: Exchange): Promise<void> {
    const { method = "", url = "/" } = request;
    const [path = "/"] = url.split("?");
    if (method === "HEAD" && path === "/") return accept(exchange);
    const isMessages = path === "/v1/messages";
    if (method !== "POST" || !(isMessages || path === "/v1/messages/count_tokens")) {
      return refuse(exchange, 404, `Not found: ${method} ${path}`);
    }
    const body = await readBody(request);
    if (body === undefined) return refuse(exchange, 413, `Request exceeds the maximum size of ${MAX_BODY_BYTES} bytes`);
    journal.keepBody(exchange.entry, body);
    const parsed = parseRequest(body.toString());
    if (!parsed.ok) return refuse(exchange, 400, parsed.problem);
    if (isMessages && parsed.value.maxTokens === undefined) return refuse(exchange, 400, "max_tokens: Field required");
    const { model } = parsed.value;
    if (isMessages && !isKnown(model)) return refuse(exchange, 404, `model: ${model.slice(0, 200)}`);
    if (isMessages) return answerMessage(parsed.value, exchange);
    const {
      input_tokens: fresh,
      cache_creation_input_tokens: created,
      cache_read_input_tokens: read,
    } = parsed.value.usage;
    accept(exchange, { input_tokens: fresh + created + read });
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const { port: actualPort } = server.address() as AddressInfo;

  function close(): Promise<void> {
    return new Promise((resolve) => {
      server.close(() => resolve()); // an error here only says that it is closed already
      server.closeAllConnections();
    });
  }

  return { url: `http://${host}:${actualPort}`, journal, close, [Symbol.asyncDispose]: close };
}

/** Which version it is means nothing here; that it is none of Anthropic's at all is a caller's mistake. */
function isKnown(model: string): boolean {
  return /claude/i.test(model);
}

function accept({ response, entry }: Exchange, body?: unknown): void {
  entry.status = 200;
  entry.outcome = "answered";
  if (body === undefined) response.end();
  else sendJson(response, 200, body);
}

function refuse({ response, entry }: Exchange, status: number, problem: string): void {
  entry.status = status;
  entry.outcome = "failed";
  sendError(response, status, problem);
}

function settleFailure(exchange: Exchange, error: unknown): void {
  if (exchange.response.headersSent) exchange.response.destroy();
  else refuse(exchange, 500, `The scripted model failed: ${String(error)}`);
}

/** The whole body; undefined when it is larger than the limit. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    // Read on to the end all the same: a client still sending would see a broken connection, not the refusal.
    else chunks.length = 0;
  }
  return bytes > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks);
}
