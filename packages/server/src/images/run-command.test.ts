import { describe, expect, it } from "vitest";
import { runCommand } from "./run-command.ts";

const NEVER = new AbortController().signal;

describe("a command of the image build", () => {
  it("fails with the last lines it wrote and how it ended", async () => {
    const failing = runCommand(["sh", "-c", "seq 30; echo oops >&2; exit 3"], NEVER);
    await expect(failing).rejects.toMatchObject({
      code: "IMAGE_BUILD_FAILED",
      message: expect.stringMatching(/ended with 3:\n[^]*\n30[^]*/),
    });
    await expect(failing).rejects.toThrow("oops");
  });

  it("is killed at once when the build is aborted", async () => {
    const running = runCommand(["sleep", "600"], AbortSignal.timeout(50));
    await expect(running).rejects.toThrow(/abort/i);
  });

  it("makes files others may read, whatever the umask here", async () => {
    await expect(runCommand(["sh", "-c", 'test "$(umask)" = 0022'], NEVER)).resolves.toBeUndefined();
  });
});
