/** Only what a live container cannot show: the rest is read from one in container-template.engine.test.ts. */
import { randomUUID } from "node:crypto";
import { SessionId } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { containerTemplate, volumeNames } from "./container-template.ts";

const sessionId = SessionId.parse(randomUUID());
const input = { sessionId, generation: 3, image: "image", installId: "install" };

describe("the template of a container", () => {
  it("labels the volumes too, so that they are found without their container, but not by generation", () => {
    const labels = { "cc-docker.install": "install", "cc-docker.session": sessionId };
    for (const mount of containerTemplate(input).HostConfig?.Mounts ?? []) {
      expect(mount).toMatchObject({ Type: "volume", VolumeOptions: { Labels: labels } });
    }
    expect(containerTemplate(input).HostConfig?.Mounts).toHaveLength(2);
  });

  it("has a directory of the host in place of the volume that it would work in, and nothing mounted below it", () => {
    const directory = { path: "/srv/project", uid: 1, gid: 1 };
    const [workspace, ...others] = containerTemplate({ ...input, directory }).HostConfig?.Mounts ?? [];
    expect(workspace).toEqual({
      Type: "bind",
      Source: "/srv/project",
      Target: "/workspace",
      BindOptions: { Propagation: "rprivate", NonRecursive: true },
    });
    expect(others).toEqual(containerTemplate(input).HostConfig?.Mounts?.slice(1));
  });

  it("takes nothing from its caller but ids, image, directory and socket directory", () => {
    const greedy = { ...input, Env: ["A=1"], HostConfig: { Privileged: true }, Labels: { a: "b" }, Cmd: ["sh"] };
    expect(containerTemplate(greedy)).toEqual(containerTemplate(input));
  });

  it("gives each session volumes of its own", () => {
    const names = [sessionId, SessionId.parse(randomUUID())].flatMap((id) => Object.values(volumeNames(id)));
    expect(new Set(names).size).toBe(4);
  });
});
