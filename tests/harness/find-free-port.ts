import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Below what the system hands out to callers: nobody takes it while the gateway is away, and no client that knocks
 * meanwhile could meet itself there.
 */
const KEPT_PORTS = { from: 20_000, to: 32_000 };

/** For a gateway that must come back where it was. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(KEPT_PORTS.from, KEPT_PORTS.to);
    const server = createServer().listen(port, "127.0.0.1");
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}
