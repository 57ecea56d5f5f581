/** The examples of docs/api.md, run as they stand there: curl, the typed client, and messages to the WebSocket `/trpc`. */
import { execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Client, isCcError } from "@cc-docker/client";
import { askOverSocket } from "./ask-socket.ts";

const run = promisify(execFile);
type Way = "curl" | "client" | "socket";
const LANGUAGES: Readonly<Record<string, Way>> = { sh: "curl", ts: "client", json: "socket" };

const nameOf = (operation: string, index: number, way: Way) => `${operation} ${index} ${way}`;

/** By operation, its number there, and the way. */
const EXAMPLES: ReadonlyMap<string, string> = readExamples();

function readExamples(): Map<string, string> {
  const text = readFileSync(join(import.meta.dirname, "../../docs/api.md"), "utf8");
  const found = new Map<string, string>();
  for (const section of text.split(/^### /m).slice(1)) {
    const [operation = ""] = section.split("\n", 1);
    let index = -1;
    for (const [, language = "", code = ""] of section.matchAll(/^```(\w+)\n(.*?)^```/gms)) {
      const way = LANGUAGES[language];
      if (way === "curl") index += 1;
      if (way) found.set(nameOf(operation, index, way), code.trim());
    }
  }
  return found;
}

// oxlint-disable-next-line typescript/no-explicit-any -- what comes is looked at, not used
type Any = any;
export type Answer = { status: number; body: Any };
type Variables = Record<string, string>;
type Caller = { url: string; token: string; client: Client; variables: Variables };

/** What the caller's variables are called in the client's examples. */
const NAMES: Readonly<Record<string, string>> = {
  SESSION_ID: "sessionId",
  MESSAGE_ID: "turnId",
  APPROVAL_ID: "approvalId",
  KEY: "idempotencyKey",
};

const AsyncFunction = (async () => undefined).constructor as new (
  ...parts: string[]
) => (...given: unknown[]) => Promise<Any>;

/** Runs examples, and knows which were never run. */
export function createExamples({ url, token, client, variables }: Caller) {
  const unused = new Set(EXAMPLES.keys());

  function take(operation: string, index: number, way: Way): string {
    const name = nameOf(operation, index, way);
    const text = EXAMPLES.get(name);
    if (text === undefined) throw new Error(`docs/api.md has no example ${name}`);
    unused.delete(name);
    return text;
  }
  const environment = () => ({ ...process.env, URL: url, TOKEN: token, ...variables });
  const filled = (text: string) => text.replaceAll(/\$([A-Z_]+)/g, (_, name: string) => variables[name] ?? "");

  async function curl(operation: string, index = 0): Promise<Answer> {
    const command = take(operation, index, "curl").replace("curl -sS", "curl -sS -w '\\n%{http_code}'");
    const { stdout: said } = await run("sh", ["-c", command], { env: environment(), maxBuffer: 1e8 });
    const at = said.lastIndexOf("\n");
    const body = said.slice(0, at);
    return { status: Number(said.slice(at)), body: body === "" ? undefined : JSON.parse(body) };
  }

  /** @returns what the call returns, or `{ code }` of the error that it throws */
  async function call(operation: string, index = 0): Promise<Any> {
    const text = take(operation, index, "client");
    try {
      return await evaluate(`return ${text}`, { log: () => undefined });
    } catch (error) {
      if (isCcError(error)) return { code: error.code };
      throw error;
    }
  }

  function evaluate(code: string, log: { log(said: Any): void }): Promise<Any> {
    const scope: Record<string, unknown> = { client, console: log };
    for (const [name, called] of Object.entries(NAMES)) scope[called] = variables[name];
    return new AsyncFunction(...Object.keys(scope), code)(...Object.values(scope));
  }

  /** As `call`. A public operation is asked for in nobody's name. */
  async function send(operation: string, index = 0): Promise<Any> {
    const message = filled(take(operation, index, "socket"));
    const isPublic = !EXAMPLES.get(nameOf(operation, index, "curl"))?.includes("$TOKEN");
    const authorization = isPublic ? "" : `Bearer ${token}`;
    const [answer = ""] = await askOverSocket({ url, authorization, messages: [message] });
    const { result, error } = JSON.parse(answer) as Any;
    return error ? { code: error.data.cc.code } : result.data;
  }

  /** The numbers of a stream's events up to the last, in each way's words. */
  async function follow(operation: string, index: number, last: number): Promise<Record<Way, number[]>> {
    return {
      curl: await followByCurl(take(operation, index, "curl"), last),
      client: await followByClient(take(operation, index, "client"), last),
      socket: await followBySocket(filled(take(operation, index, "socket")), last),
    };
  }

  async function followByCurl(command: string, last: number): Promise<number[]> {
    const child = spawn("sh", ["-c", `exec ${command}`], { env: environment() });
    let said = "";
    for await (const chunk of child.stdout.setEncoding("utf8")) {
      said += chunk;
      if (said.includes(`\nid: ${last}\n`)) break;
    }
    child.kill();
    return [...said.matchAll(/^id: (.*)$/gm)].map(([, id]) => Number(id));
  }

  async function followByClient(code: string, last: number): Promise<number[]> {
    const seqs: number[] = [];
    const enough = new Error("enough");
    const log = ({ seq }: { seq: number }) => {
      seqs.push(seq);
      if (seq === last) throw enough; // leaves the loop
    };
    await evaluate(code, { log }).catch((error: unknown) => {
      if (error !== enough) throw error;
    });
    return seqs;
  }

  async function followBySocket(message: string, last: number): Promise<number[]> {
    const seqsOf = (answers: readonly string[]) =>
      answers.flatMap((answer) => {
        const { result } = JSON.parse(answer) as Any;
        return result?.type === "data" ? [Number(result.data.id)] : [];
      });
    const isAll = (answers: readonly string[]) => seqsOf(answers).includes(last);
    return seqsOf(await askOverSocket({ url, authorization: `Bearer ${token}`, messages: [message], isAll }));
  }

  return { curl, call, send, follow, unused };
}
