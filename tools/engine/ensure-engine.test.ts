import { describe, expect, it } from "vitest";
import { requireLocalSocket } from "./ensure-engine.ts";

describe("an engine of our own", () => {
  it.each([
    [undefined, undefined],
    ["", undefined],
    ["unix:///run/other.sock", "unix:///run/other.sock"],
  ])("listens where DOCKER_HOST=%s points", (dockerHost, socket) => {
    expect(requireLocalSocket(dockerHost)).toBe(socket);
  });

  it("is not started for a DOCKER_HOST on another machine", () => {
    expect(() => requireLocalSocket("tcp://10.0.0.1:2375")).toThrow("DOCKER_HOST=tcp://10.0.0.1:2375");
  });
});
