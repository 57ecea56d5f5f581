/** The WebSockets of the gateway, for the document: its tables are the rows of the code, its examples are run by a scenario. */
import { CLOSE } from "../../packages/server/src/edges/doors.ts";
import { SOCKET_TIMES } from "../../packages/server/src/edges/mount-sockets.ts";
import { CLIENT_MESSAGES } from "../../packages/server/src/edges/rest/stream/client-messages.ts";
import { MAX_BLOCKS, STREAM_MESSAGES } from "../../packages/server/src/edges/rest/stream/stream-messages.ts";
import { table } from "./markdown.ts";

const PROMPT = `const { URL, TOKEN, SESSION_ID } = process.env;
const at = \`\${URL.replace("http", "ws")}/api/v1/sessions/\${SESSION_ID}/stream\`;
const socket = new WebSocket(at, ["bearer", TOKEN]);
socket.onopen = () => socket.send(JSON.stringify({ type: "prompt", prompt: "say: hello", idempotency_key: "one" }));
socket.onmessage = ({ data }) => {
  console.log(data);
  if (JSON.parse(data).type === "result") socket.close();
};`;

const RESUME = `const { URL, TOKEN, SESSION_ID, AFTER = "0", FORMAT = "messages" } = process.env;
const at = \`\${URL.replace("http", "ws")}/api/v1/sessions/\${SESSION_ID}/stream\`;
let seq = Number(AFTER);
function connect() {
  const socket = new WebSocket(\`\${at}?after=\${seq}&format=\${FORMAT}\`, ["bearer", TOKEN]);
  let event = [];
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    event.push(data);
    if (message.seq === undefined) return; // more of this event is to come
    for (const line of event) console.log(line);
    event = [];
    seq = message.seq;
  };
  socket.onclose = ({ code }) => code !== 4404 && setTimeout(connect, 500);
}
connect();`;

const TRPC = `import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";

const { URL, TOKEN, SESSION_ID: sessionId } = process.env;
const client = createWSClient({
  url: \`\${URL.replace("http", "ws")}/trpc\`,
  connectionParams: () => ({ authorization: \`Bearer \${TOKEN}\` }),
});
const gateway = createTRPCClient({ links: [wsLink({ client })] });
gateway.events.follow.subscribe(
  { sessionId },
  {
    onData({ id, data }) {
      console.log(id, data.type);
      if (data.type === "turn.completed") client.close();
    },
    onError: (error) => console.error(error.data?.cc ?? error),
  },
);
await gateway.chat.send.mutate({ sessionId, prompt: "say: hello", idempotencyKey: "two" });`;

/** A peer is asked twice for a sign of life, and given up at the third beat. */
const SILENT_S = (3 * SOCKET_TIMES.beatMs) / 1000;

const js = (code: string) => ["```js", code, "```", ""];

export function socketSection(): string[] {
  const messages = STREAM_MESSAGES.map(({ events, sends, meaning }) => [
    events.map((type) => `\`${type}\``).join(", "),
    sends,
    meaning,
  ]);
  const mine = Object.entries(CLIENT_MESSAGES).map(([type, { meaning }]) => [`\`${type}\``, meaning]);
  const codes = Object.values(CLOSE).map(({ code, reason, todo }) => [String(code), reason, todo]);
  return [
    "## WebSockets",
    "",
    "A program hands over its token as with any request, in the header `Authorization`; a page, which cannot, as the second",
    'subprotocol: `new WebSocket(url, ["bearer", TOKEN])`. It is never taken from the query, which ends up in logs. Who is',
    "refused gets no socket but a plain answer, the same as from REST: another owner's session is answered like one that does",
    "not exist. A message has at most 4 MiB. A session's socket and each subscription count among their owner's streams, and",
    "`MAX_SOCKETS_PER_USER` bounds its sockets. A header `traceparent`, or one in the connection params, is the place in a",
    "trace of all that is asked for on the socket.",
    "",
    `A slow reader is waited for; a peer that answers no ping for ${SILENT_S} s while nothing waits for it is taken for dead.`,
    "The examples are for Node, with `URL`, `TOKEN` and `SESSION_ID` exported to the environment; in a page all but the line",
    "that reads it is the same.",
    "",
    "### WS /sessions/{session_id}/stream",
    "",
    "Send prompts to a session and get what comes of them. A session's `websocket_url` names the whole address.",
    "",
    ...js(PROMPT),
    "A client sends JSON, one object a message:",
    "",
    ...table(["`type`", "Takes"], mine),
    "",
    "What is wrong with a message is answered with a `system` message, its event `error`; its `data` is the error of",
    "[the table](errors.md) and the `request_id` that the gateway's log has for it. The socket stays open.",
    "",
    "The gateway sends what comes of these events of the session, in the order of its log, and of no others:",
    "",
    ...table(["Of", "Sends", "Meaning"], messages),
    "",
    `Of one message of the agent the first ${MAX_BLOCKS} blocks are sent; the others are in the session's events.`,
    "",
    "Besides there are `pong`, and `system` with the event `error` for what has no event. What belongs to a prompt carries its",
    "`message_id`. The last message that comes of an event carries its `seq`: open the next socket with `?after=` the newest,",
    "and nothing is missing and nothing comes twice but what an event had begun to say. Without `after` only what is to come",
    "is sent.",
    "",
    "With `?format=raw` every message of Claude Code comes as Claude Code wrote it, partial ones too, with our `seq` and",
    "`message_id` added; its own `result` stands for that of the table, and a prompt without an answer is a `system` message.",
    "",
    "This one goes on after anything that breaks a connection, until the session is deleted:",
    "",
    ...js(RESUME),
    "The gateway closes a socket with one of these:",
    "",
    ...table(["Code", "Why", "What to do"], codes),
    "",
    "### WS /trpc",
    "",
    "The same procedures as over HTTP, `events.follow` as a subscription that goes on from the last event by itself, for",
    "`wsLink` of `@trpc/client`. The token comes in the connection params; refusals carry the table's error as `data.cc`. A",
    `socket that names no valid token within ${SOCKET_TIMES.helloWithinMs / 1000} s is closed with 4401, and one whose token is over: the connection params`,
    "are asked for again.",
    "",
    ...js(TRPC),
  ];
}
