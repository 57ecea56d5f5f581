import { describe, expect, it } from "vitest";
import { copyError } from "./copy-error.ts";

describe("a copy that failed", () => {
  it.each([
    ["cp: error writing '/workspace/big': No space left on device", "ENGINE_DISK_FULL"],
    ["cp: cannot create directory '/home/agent/x': No space left on device", "ENGINE_DISK_FULL"],
    ["cp: cannot open '/from/workspace/No space left on device': Input/output error", "FORK_COPY_FAILED"],
    ["", "FORK_COPY_FAILED"],
  ])("saying %j is %s", (said, code) => {
    const error = copyError({ from: "its-parent", exitCode: 1, said });
    expect(error).toMatchObject({ code, message: expect.stringContaining(said || "nothing was said") });
    expect(error.message).toContain("its-parent");
  });
});
