/** Asking for a WebSocket, and over one, in the plain words of its wire. */
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { waitUntil } from "./wait-until.ts";

/** @returns the plain answer of a gateway that refuses. @throws when the socket is opened */
export async function askForSocket(url: string, token?: string): Promise<{ status: number; body: string }> {
  const headers = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
    ...(token && { authorization: `Bearer ${token}` }),
  };
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const asking = request(url, { headers });
  asking.once("response", (answer) => {
    const { statusCode: status = 0 } = answer;
    void text(answer).then((body) => resolve({ status, body }), reject);
  });
  asking.once("upgrade", (_answer, socket) => {
    socket.destroy();
    reject(new Error("the socket was opened"));
  });
  asking.once("error", reject);
  asking.end();
  return promise;
}

export type SocketAsking = {
  /** Where the gateway is, over HTTP. */
  url: string;
  /** What is handed over as the `Authorization` header would be. */
  authorization: string;
  /** Messages as they are sent. */
  messages: readonly string[];
  /** @returns whether these are all the answers there are; one a message when absent */
  isAll?: (answers: readonly string[]) => boolean;
};

/** @returns what the door `/trpc` answers, in the order of its coming */
export async function askOverSocket({ url, authorization, messages, isAll }: SocketAsking): Promise<string[]> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/trpc?connectionParams=1`);
  const answers: string[] = [];
  socket.addEventListener("message", ({ data }) => void answers.push(String(data)));
  socket.addEventListener("open", () => {
    socket.send(JSON.stringify({ method: "connectionParams", data: { authorization } }));
    for (const message of messages) socket.send(message);
  });
  try {
    const hasAll = isAll ?? ((all) => all.length >= messages.length);
    await waitUntil(() => hasAll(answers), { what: "all answers" });
    return answers;
  } finally {
    socket.close();
  }
}
