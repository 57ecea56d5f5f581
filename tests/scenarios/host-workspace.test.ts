/** Sessions that work in directories of the machine: whose the files are, and what no path leads to. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdir, readdir, readFile, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { type Client, createClient, isCcError, type Session } from "@cc-docker/client";
import { dataPaths } from "@cc-docker/server";
import { expect, onTestFinished } from "vitest";
import { findContainer, runInside, volumesOf } from "../harness/engine.ts";
import { startEngineProxy } from "../harness/engine-proxy.ts";
import { type HostFiles, openHostFiles, readOwned, replaceByLink, SECRET, swapForEver } from "../harness/host-files.ts";
import { openInstall } from "../harness/install.ts";
import { CCD } from "../harness/run-ccd.ts";
import { deleteSession, runTurn, toolResults } from "../harness/run-turn.ts";
import { type Stack, startStack } from "../harness/start-stack.ts";
import { waitUntil } from "../harness/wait-until.ts";
import { verifies } from "../verifies.ts";

const LONG = { timeout: 180_000 };
const USER = { uid: 12_345, gid: 4567 };
const ROOT = { uid: 0, gid: 0 };

async function openPlace(
  env: Record<string, string> = {},
): Promise<{ files: HostFiles; stack: Stack; client: Client }> {
  const files = await openHostFiles();
  onTestFinished(files[Symbol.asyncDispose]);
  const stack = await startStack({ env: { ...files.env, ...env } });
  return { files, stack, client: stack.client() };
}

function createIn(client: Client, path: string): Promise<Session> {
  return client.sessions.create.mutate({ workspace: { type: "host", path } });
}

async function settle(client: Client, sessionId: string): Promise<Session> {
  const look = async () => {
    const now = await client.sessions.get.query({ sessionId });
    return now.status === "starting" ? undefined : now;
  };
  return waitUntil(look, { what: `session ${sessionId} to start or fail`, deadlineMs: 60_000 });
}

async function bash(client: Client, sessionId: string, command: string): Promise<string> {
  const { events, turn } = await runTurn(client, sessionId, `bash: ${command}\nsay: done`);
  expect(turn.error).toBeUndefined();
  return toolResults(events)[0] ?? "";
}

verifies(
  "workspace.host",
  "what the agent makes in a directory belongs to the directory's owner, who is a stranger to the image",
  async () => {
    const { files, client } = await openPlace();
    const path = await files.make("project", USER);
    const { id, workspace } = await createIn(client, join(files.root, "..", "root", "project"));
    expect(workspace).toEqual({ type: "host", path });
    expect(await settle(client, id)).toMatchObject({ status: "idle" });
    const steps = [
      "id -u; id -g; id -G; pwd",
      "echo from-bash > by-bash",
      "git init -q repository",
      "echo kept > ~/note",
    ];
    expect((await bash(client, id, steps.join(" && "))).split("\n")).toEqual(["12345", "4567", "4567", "/workspace"]);
    await runTurn(client, id, "write: /workspace/by-tool :: from a tool");
    expect(await readOwned(join(path, "by-bash"))).toEqual({ ...USER, text: "from-bash\n" });
    expect(await readOwned(join(path, "by-tool"))).toMatchObject({ ...USER, text: "from a tool" });

    await client.sessions.stop.mutate({ sessionId: id });
    expect(await bash(client, id, "cat ~/note by-bash")).toBe("kept\nfrom-bash");
    expect(await volumesOf(id)).toEqual([expect.stringMatching(/-home$/)]);

    await deleteSession(client, id);
    expect(await findContainer(id)).toBeUndefined();
    expect((await readdir(path)).sort()).toEqual(["by-bash", "by-tool", "repository"]);
  },
  LONG,
);

verifies("workspace.host", "an agent in root's directory is root without any privilege", async () => {
  const { files, client } = await openPlace();
  const path = await files.make("roots", ROOT);
  const { id } = await createIn(client, path);
  expect(await settle(client, id)).toMatchObject({ status: "idle" });
  const wrapper = (await runInside(id, "pgrep -n -u wrapper -f wrapper.mjs")).stdout.trim();
  expect(wrapper).toMatch(/^\d+$/);
  const status = await bash(
    client,
    id,
    "echo mine > file; grep -E '^(Uid|Cap(Inh|Prm|Eff|Amb)|NoNewPrivs|Seccomp):' /proc/self/status | tr -s '\\t ' ' '",
  );
  expect(status.split("\n")).toEqual([
    "Uid: 0 0 0 0",
    "CapInh: 0000000000000000",
    "CapPrm: 0000000000000000",
    "CapEff: 0000000000000000",
    "CapAmb: 0000000000000000",
    "NoNewPrivs: 1",
    "Seccomp: 2",
  ]);
  expect(await readOwned(join(path, "file"))).toEqual({ ...ROOT, text: "mine\n" });
  const attempts = [
    "ls /run/cc-docker/link",
    "chmod 0777 /run/cc-docker",
    "cat /home/wrapper/outbox.jsonl",
    "chmod 0777 /home",
    "mv /home/wrapper /home/elsewhere",
    "touch /home/mine",
    `cat /proc/${wrapper}/environ`,
    `head -c 1 /proc/${wrapper}/mem`,
    `ls /proc/${wrapper}/fd`,
    `kill -9 ${wrapper}`,
    `kill -STOP ${wrapper}`,
    "kill -TERM 1",
    "cat /proc/1/environ",
    "setpriv --reuid=wrapper id",
    "setpriv --reuid=1000 id",
    "chown 1000 file",
    "mount -t tmpfs none /mnt",
    "mknod /workspace/disk b 8 0",
    "touch /opt/cc-docker/wrapper.mjs",
    "touch /etc/agent-was-here",
    "touch /home/agent/x",
    "echo 1 > /proc/sys/kernel/core_uses_pid",
    "python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)'",
  ];
  const answer = await bash(client, id, attempts.map((one) => `(${one}) >/dev/null 2>&1; echo $?`).join("; "));
  const succeeded = attempts.filter((_, index) => answer.split("\n")[index] === "0");
  expect(answer.split("\n")).toHaveLength(attempts.length);
  expect(succeeded).toEqual([]);
  expect((await runInside(id, "ps -o user= -p 1")).stdout.trim()).toBe("wrapper");
  expect((await runTurn(client, id, "say: still here")).text).toBe("still here");
});

verifies(
  "workspace.host",
  "a fork works in the directory of its parent with a home of its own",
  async () => {
    const { files, client } = await openPlace();
    const path = await files.make("project", USER);
    const parent = await createIn(client, path);
    await runTurn(client, parent.id, "bash: echo first > file; echo parent > ~/note\nsay: before the fork");
    const fork = await client.sessions.fork.mutate({ sessionId: parent.id, name: "second try" });
    expect(fork).toMatchObject({ name: "second try", workspace: { type: "host", path } });
    expect(await bash(client, fork.id, "cat file ~/note; echo second > file; echo fork > ~/note; id -u")).toBe(
      "first\nparent\n12345",
    );
    expect(await bash(client, parent.id, "cat file ~/note")).toBe("second\nparent");
    await deleteSession(client, fork.id);
    expect(await readFile(join(path, "file"), "utf8")).toBe("second\n");
  },
  LONG,
);

verifies("workspace.border", "a directory is refused before anything is stored, whatever leads to it", async () => {
  const { files, stack, client } = await openPlace();
  const { root, outside } = files;
  await symlink(outside, join(root, "out"));
  await symlink("/", join(root, "everything"));
  await files.make("wrappers", { uid: 990, gid: 0 });
  const refused = [outside, "/", "/etc", `${root}/..`, `${root}/out`, `${root}/everything/etc`, `${root}/wrappers`];
  for (const path of [...refused, `${outside}/nothing`, `${root}/out/nothing`, stack.dataDir])
    await expect(createIn(client, path), path).rejects.toMatchObject({ code: "WORKSPACE_NOT_ALLOWED" });
  await expect(createIn(client, `${root}/nothing`)).rejects.toMatchObject({ code: "WORKSPACE_NOT_FOUND" });
  for (const path of ["project", "", `${root}/\0`])
    await expect(createIn(client, path), path).rejects.toMatchObject({ code: "REQUEST_INVALID" });
  expect((await client.sessions.list.query({})).sessions).toEqual([]);
});

verifies("workspace.border", "the gateway's own data and the engine's socket are in no session's reach", async () => {
  const { stack, client } = await openPlace({ WORKSPACE_HOST_ROOTS: "/" });
  await mkdir(join(stack.dataDir, "project"));
  for (const path of [
    "/",
    stack.dataDir,
    join(stack.dataDir, "project"),
    join(stack.dataDir, ".."),
    "/run",
    "/var/run",
  ])
    await expect(createIn(client, path), path).rejects.toMatchObject({ code: "WORKSPACE_NOT_ALLOWED" });
  await rm(join(stack.dataDir, "project"), { recursive: true });
});

verifies(
  "workspace.border",
  "no agent is started in a directory that took the other's place just when the engine looked",
  async () => {
    const files = await openHostFiles();
    onTestFinished(files[Symbol.asyncDispose]);
    const path = await files.make("project", ROOT);
    const state = { attacks: false };
    await using proxy = await startEngineProxy(async ({ method, url = "" }, response) => {
      if (!state.attacks || method !== "POST" || !/\/containers\/[^/]+\/start/.test(url)) return false;
      const { putBack } = await replaceByLink(path, files.outside);
      response.on("close", () => void putBack()); // the engine has mounted by now
      return false;
    });
    await using stack = await startStack({ env: { ...files.env, ...proxy.env } });
    const client = stack.client();
    const { id } = await createIn(client, path);
    expect(await bash(client, id, "pwd")).toBe("/workspace");
    await client.sessions.stop.mutate({ sessionId: id });

    state.attacks = true; // what wakes it is another start than its first
    const { turn, events } = await runTurn(client, id, "bash: cat secret; touch been-here\nsay: done");
    expect(turn).toMatchObject({ status: "cancelled", error: { code: "WORKSPACE_CHANGED" } });
    expect(JSON.stringify(events)).not.toContain(SECRET);
    expect(await readdir(files.outside)).toEqual(["secret"]);
    expect(await client.sessions.get.query({ sessionId: id })).toMatchObject({
      status: "failed",
      error: { code: "WORKSPACE_CHANGED" },
    });
    await waitUntil(async () => ((await findContainer(id)) ? undefined : true), { what: "the container to be gone" });

    state.attacks = false;
    expect(await bash(client, id, "ls -A | wc -l")).toBe("0");
  },
  LONG,
);

verifies(
  "workspace.border",
  "a directory that a link replaces over and over never becomes what the link leads to",
  async () => {
    const { files, client } = await openPlace();
    const path = await files.make("project", ROOT);
    await using _ = await swapForEver(path, files.outside);
    const refused = new Set<string>();
    const started: string[] = [];
    while (started.length < 12) {
      const made = await createIn(client, path).catch((error: unknown) => error);
      if (isCcError(made)) refused.add(made.code);
      else started.push(await live((made as Session).id));
    }
    expect([...refused].toSorted()).toEqual(["WORKSPACE_NOT_ALLOWED", "WORKSPACE_NOT_FOUND"]); // it was raced
    const known = ["idle", "WORKSPACE_CHANGED", "INSTANCE_START_FAILED"];
    expect(started.filter((outcome) => !known.includes(outcome))).toEqual([]);

    async function live(sessionId: string): Promise<string> {
      const { status, error } = await settle(client, sessionId);
      if (status === "idle") expect(await bash(client, sessionId, "echo in; ls -A; touch here")).toBe("in");
      await deleteSession(client, sessionId);
      return error?.code ?? status;
    }
    expect(await readdir(files.outside)).toEqual(["secret"]);
  },
  LONG,
);

verifies(
  "workspace.border",
  "a directory that is another's by now is not worked in, until it is the owner's again",
  async () => {
    const { files, client } = await openPlace();
    const path = await files.make("project", USER);
    const { id } = await createIn(client, path);
    await runTurn(client, id, "bash: echo x > file\nsay: done");
    await client.sessions.stop.mutate({ sessionId: id });
    await chown(path, 0, 0);
    const { turn } = await runTurn(client, id, "say: hello");
    expect(turn.error).toMatchObject({ code: "WORKSPACE_CHANGED" });
    await chown(path, USER.uid, USER.gid);
    expect(await bash(client, id, "cat file")).toBe("x");
  },
);

verifies("workspace.list", "sessions of a directory are found by its path, by their owner alone", async () => {
  const { files, stack, client } = await openPlace();
  const path = await files.make("project", ROOT);
  const { id } = await client.sessions.create.mutate({ workspace: { type: "host", path }, name: "  mine " });
  await client.sessions.create.mutate({});
  const { sessions, total } = await client.sessions.list.query({ workspacePath: path, offset: 0 });
  expect(sessions).toMatchObject([{ id, name: "mine", workspace: { type: "host", path } }]);
  expect(total).toBe(1);
  const other = stack.client("bob");
  expect((await other.sessions.list.query({ workspacePath: path })).sessions).toEqual([]);
  expect((await createIn(other, path)).workspace).toEqual({ type: "host", path });
  expect((await other.sessions.list.query({ workspacePath: path })).sessions).toHaveLength(1);
  expect((await client.sessions.list.query({ workspacePath: files.root })).sessions).toEqual([]);

  expect(await client.sessions.update.mutate({ sessionId: id, name: "ours" })).toMatchObject({ name: "ours" });
  expect(await client.sessions.update.mutate({ sessionId: id, name: null })).not.toHaveProperty("name");
  await expect(other.sessions.update.mutate({ sessionId: id, name: "x" })).rejects.toMatchObject({
    code: "SESSION_NOT_FOUND",
  });
  const { entries } = await client.audit.list.query({ action: "sessions.update", sessionId: id });
  expect(entries.map(({ outcome }) => outcome)).toEqual(["ok", "ok"]);
});

verifies("workspace.host", "`ccd serve` has sessions work in the directory it is started in", async () => {
  await using files = await openHostFiles();
  const path = await files.make("project", ROOT);
  await using install = await openInstall();
  const env = { PATH: process.env["PATH"] ?? "", ...install.env };
  const ccd = spawn(process.execPath, [CCD, "serve"], { cwd: path, env, stdio: "ignore" });
  const ended = once(ccd, "exit");
  onTestFinished(() => void ccd.kill("SIGKILL"));
  const announced = async () =>
    JSON.parse(await readFile(dataPaths(install.dataDir).server, "utf8")) as { url: string };
  const { url } = await waitUntil(announced, { what: "the gateway to listen", deadlineMs: 30_000 });
  const client = createClient({ url, token: () => install.token("alice") });
  const { id } = await createIn(client, path);
  expect(await bash(client, id, "echo served > file; pwd")).toBe("/workspace");
  await expect(createIn(client, files.root)).rejects.toMatchObject({ code: "WORKSPACE_NOT_ALLOWED" });
  await deleteSession(client, id);
  ccd.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  expect(await readOwned(join(path, "file"))).toMatchObject({ ...ROOT, text: "served\n" });
});
