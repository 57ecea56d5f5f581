/**
 * So many WebSockets on which nobody says anything, in a process of their own: they answer pings, and a farewell by
 * hanging up. Told how many are to be open, it opens what is missing; it says how many are. Ends with its parent.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { endWithParent } from "./end-with-parent.ts";
import { PONG } from "./fan-out/web-socket.ts";

export type IdleSocketsOptions = { host: string; port: number; head: string };
export type ToIdleSockets = { open: number };
export type FromIdleSockets = { isOpen: number };

const { host, port, head } = JSON.parse(process.argv[2] ?? "") as IdleSocketsOptions;
/** So many knock at one time. */
const AT_ONCE = 50;
const [PING, FAREWELL] = [0x89, 0x88];
const isOpen = new Set<Socket>();

async function open(): Promise<void> {
  const socket = connect({ host, port });
  socket.on("error", () => undefined); // "close" follows
  socket.on("close", () => isOpen.delete(socket));
  await once(socket, "connect");
  socket.write(head);
  const [answer] = (await once(socket, "data")) as [Buffer];
  if (!answer.toString("latin1").startsWith("HTTP/1.1 101 ")) throw new Error(answer.toString());
  isOpen.add(socket);
  socket.on("data", ([kind]: Buffer) => {
    if (kind === PING) socket.write(PONG);
    if (kind === FAREWELL) socket.destroy();
  });
}

async function openUpTo(count: number): Promise<void> {
  while (isOpen.size < count)
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - isOpen.size) }, () => open()));
}

async function obey({ open: count }: ToIdleSockets): Promise<void> {
  await openUpTo(count);
  process.send?.({ isOpen: isOpen.size } satisfies FromIdleSockets);
}

process.on("message", (message: ToIdleSockets) => void obey(message));
endWithParent();
process.send?.("ready");
