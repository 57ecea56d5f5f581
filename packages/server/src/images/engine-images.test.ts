import Docker from "dockerode";
import { describe, expect, it } from "vitest";
import { hasImage, toImageError } from "./engine-images.ts";

describe("an error of the engine", () => {
  it("is a missing engine when nothing answers on the socket", async () => {
    const docker = new Docker({ socketPath: "/nonexistent/docker.sock" });
    await expect(hasImage(docker, "x")).rejects.toMatchObject({ code: "RUNTIME_UNAVAILABLE" });
  });

  it("is a failed build when the engine refused", () => {
    const refusal = Object.assign(new Error("no space left on device "), { statusCode: 500 });
    expect(toImageError(refusal)).toMatchObject({ code: "IMAGE_BUILD_FAILED", message: "no space left on device" });
  });

  it("stays itself when it is not the engine's", () => {
    const defect = new TypeError("x is not a function");
    expect(toImageError(defect)).toBe(defect);
  });
});
