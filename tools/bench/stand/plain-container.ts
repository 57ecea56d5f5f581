/** Claude Code in a container as one would run it without us: no limits, no hardening. */
import type { ContainerCreateOptions } from "dockerode";
import type { PlainNetwork } from "./plain-network.ts";

export type PlainContainer = {
  image: string;
  modelUrl: string;
  network: PlainNetwork["name"];
  args: readonly string[];
};

const [LABEL_NAME, LABEL_VALUE] = ["cc-docker.bench", String(process.pid)];
export const BENCH_LABEL = `${LABEL_NAME}=${LABEL_VALUE}`;

function plainEnvironment(modelUrl: string): string[] {
  return [
    `ANTHROPIC_BASE_URL=${modelUrl}`,
    "ANTHROPIC_API_KEY=scripted",
    "IS_SANDBOX=1",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1",
  ];
}

export function plainContainer({ image, modelUrl, network, args }: PlainContainer): ContainerCreateOptions {
  return {
    Image: image,
    Entrypoint: ["claude"],
    Cmd: [...args],
    User: "agent",
    Env: [...plainEnvironment(modelUrl), "HOME=/home/agent"],
    Labels: { [LABEL_NAME]: LABEL_VALUE },
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: { NetworkMode: network, AutoRemove: true },
  };
}

/** The same as one types it. */
export function plainCommand({ image, modelUrl, network, args }: PlainContainer): string[] {
  const env = plainEnvironment(modelUrl).flatMap((entry) => ["--env", entry]);
  const flags = ["--rm", `--network=${network}`, "--user=agent", `--label=${BENCH_LABEL}`, "--entrypoint=claude"];
  return ["run", ...flags, ...env, "--env", "HOME=/home/agent", image, ...args];
}
