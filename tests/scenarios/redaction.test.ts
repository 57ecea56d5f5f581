/** Secrets of the gateway that others say, to it and to the agent: what becomes of them. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Client, createClient } from "@cc-docker/client";
import { expect, onTestFinished } from "vitest";
import { buildImage } from "../harness/build-image.ts";
import { containerOf } from "../harness/engine.ts";
import { type Install, openInstall, type Settings } from "../harness/install.ts";
import { openSession } from "../harness/run-turn.ts";
import { type GatewayProcess, startGatewayProcess } from "../harness/start-gateway-process.ts";
import { verifies } from "../verifies.ts";

/** A service that refuses every call and says, byte by byte, with which key it was made. */
async function startTalkativeService(): Promise<string> {
  const talk = ({ headers }: IncomingMessage, response: ServerResponse) => {
    const key = String(headers["x-api-key"]);
    response.writeHead(500, { "content-type": "application/json", "x-debug": key });
    const error = { type: "api_error", message: `no service for ${key}` };
    for (const byte of Buffer.from(JSON.stringify({ type: "error", error }))) response.write(Buffer.from([byte]));
    response.end();
  };
  const server = createServer((request, response) => {
    request.resume().on("end", () => talk(request, response));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function open(settings: Settings) {
  const install = await openInstall({ LOG_LEVEL: "DEBUG", ...settings });
  onTestFinished(install[Symbol.asyncDispose]);
  const gateway = await startGatewayProcess(install.env);
  onTestFinished(gateway[Symbol.asyncDispose]);
  const client = createClient({ url: gateway.url, token: () => install.token("alice") });
  return { install, gateway, client };
}

/** Everything that is kept of the session. */
async function readPlaces(world: { gateway: GatewayProcess; client: Client }, sessionId: string) {
  const container = await containerOf(sessionId);
  return {
    log: world.gateway.output(),
    container: (await container.logs({ stdout: true, stderr: true, follow: false })).toString(),
    events: JSON.stringify((await world.client.events.list.query({ sessionId, limit: 1000 })).events),
    audit: JSON.stringify(await world.client.audit.list.query()),
  };
}

async function requireUnsaid(install: Install, places: Record<string, string>): Promise<void> {
  for (const secret of [install.canary, await install.readSecret()])
    for (const [name, content] of Object.entries(places))
      expect(content.includes(secret), `a secret is in ${name}`).toBe(false);
}

verifies("security.redacted", "a key that the model's service says goes no further than the gateway", async () => {
  const world = await open({ ANTHROPIC_BASE_URL: await startTalkativeService(), MODEL_MAX_RETRIES: "0" });
  await using session = await openSession(world.client);
  const turn = await world.client.chat.ask.mutate({ sessionId: session.id, prompt: "say: hello" });
  expect(turn.status).toBe("failed");
  const places = await readPlaces(world, session.id);
  await requireUnsaid(world.install, places);
  expect(places.events).toContain(`no service for ${"*".repeat(world.install.canary.length)}`);
  expect(places.audit).toContain("chat.ask");
  expect(places.log).toContain("request answered");
});

verifies("security.redacted", "an agent that writes secrets to its stderr, in pieces, has them in no log", async () => {
  const agent = await readFile(join(import.meta.dirname, "../harness/scripted-agent.ts"), "utf8");
  await using image = await buildImage({
    dockerfile: "COPY claude /usr/local/bin/claude\nCOPY scripted-agent.ts /usr/local/lib/scripted-agent.ts",
    files: { claude: "#!/bin/sh\nexec node /usr/local/lib/scripted-agent.ts\n", "scripted-agent.ts": agent },
  });
  const world = await open({ SESSION_IMAGE: image.tag });
  const { client, install } = world;
  await using session = await openSession(client, { onCrash: "fail" });
  const secrets = [install.canary, await install.readSecret()];
  const pieces = secrets.flatMap((secret) => [secret.slice(0, 9), secret.slice(9, 20), secret.slice(20), "|"]);
  const turn = await client.chat.ask.mutate({ sessionId: session.id, prompt: `stderr-exit: ${pieces.join(" ")}` });
  expect(turn).toMatchObject({ status: "failed", error: { code: "AGENT_EXITED" } });
  const places = await readPlaces(world, session.id);
  await requireUnsaid(install, places);
  expect(places.events).toContain(secrets.map(({ length }) => "*".repeat(length)).join("|"));
});
