/** Entry of the bundle in the image. Exit codes: 0 stopped on request, 1 defect, 2 wrong environment. */
import { BROKER_PORT, SessionId, TELEMETRY_PORT } from "@cc-docker/protocol";
import { WORKSPACE } from "./agent/agent-environment.ts";
import { toAgentUser } from "./agent/agent-user.ts";
import { startClaudeAgent } from "./agent/claude-agent.ts";
import { describeDirectory } from "./describe-directory.ts";
import { createLog } from "./log.ts";
import { runRelay } from "./relay.ts";
import { startWrapper } from "./wrapper.ts";

const SOCKET_PATH = "/run/cc-docker/link/s";
const OUTBOX_PATH = "/home/wrapper/outbox.jsonl";
const STOP_GRACE_MS = 3000;

async function run(): Promise<void> {
  const sessionId = SessionId.safeParse(process.env["CC_DOCKER_SESSION"]);
  if (!sessionId.success) {
    process.stderr.write("CC_DOCKER_SESSION is missing or no session id; the gateway sets it.\n");
    process.exit(2);
  }
  const wrapper = await startWrapper({
    sessionId: sessionId.data,
    socketPath: SOCKET_PATH,
    brokerPort: BROKER_PORT,
    telemetryPort: TELEMETRY_PORT,
    outboxPath: OUTBOX_PATH,
    workspace: describeDirectory(WORKSPACE),
    startAgent: (config, handlers) => {
      // Where the SDK looks for Claude's own files; it reads its own environment, not the agent's.
      process.env["HOME"] = toAgentUser(config.user).home;
      return startClaudeAgent(config, handlers);
    },
    log: createLog(sessionId.data),
  });
  process.once("SIGTERM", () => void wrapper.stop(STOP_GRACE_MS).then(() => process.exit(0)));
}

switch (process.argv[2]) {
  case "--relay":
    runRelay(SOCKET_PATH);
    break;
  case "--warm": // loads all there is, for the image's compile cache
    await import("@anthropic-ai/claude-agent-sdk");
    break;
  default:
    await run();
}
