import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { createProgressParser, type EngineProgress, readProgress } from "./engine-progress.ts";

const stream = (text: string) => JSON.stringify({ stream: text });

async function read(lines: readonly string[]): Promise<EngineProgress[]> {
  const seen: EngineProgress[] = [];
  await readProgress(Readable.from(lines.map((line) => `${line}\r\n`)), (progress) => seen.push(progress));
  return seen;
}

describe("the engine's answer to a build", () => {
  it("tells steps, output and images apart", async () => {
    const seen = await read([
      stream("Step 1/2 : FROM x"),
      stream(" ---> 0123456789ab\n"),
      stream("hello\n"),
      stream("\n"),
    ]);
    expect(seen).toEqual([
      { kind: "step", text: "Step 1/2 : FROM x", part: 0 },
      { kind: "image", id: "0123456789ab", cached: false },
      { kind: "output", text: "hello" },
      { kind: "nothing" },
    ]);
  });

  it("knows an image that came from the cache, until the next step", () => {
    const parse = createProgressParser();
    const lines = [
      "Step 1/2 : RUN a",
      " ---> Using cache\n",
      " ---> 0123456789ab\n",
      "Step 2/2 : RUN b",
      " ---> ba9876543210\n",
    ];
    const images = lines.map((line) => parse(stream(line))).filter((progress) => progress.kind === "image");
    expect(images.map(({ cached }) => cached)).toEqual([true, false]);
  });

  it("shows an instruction of many lines as one short line", () => {
    const step = createProgressParser()(stream(`Step 3/9 : RUN true;  \n ${"x".repeat(500)}`));
    expect(step).toEqual({ kind: "step", text: expect.stringMatching(/^Step 3\/9 : RUN true; x{78}…$/), part: 2 / 9 });
  });

  it("sums up what a pull says of its layers", async () => {
    const layer = (id: string, current: number) => ({
      id,
      status: "Downloading",
      progressDetail: { current, total: 100 },
    });
    const unpacked = { id: "a", status: "Extracting", progressDetail: { current: 1, total: 400 } };
    const seen = await read(
      [layer("a", 10), layer("b", 5), layer("a", 100), unpacked].map((line) => JSON.stringify(line)),
    );
    expect(seen).toEqual([
      { kind: "pulled", bytes: { done: 10, of: 100 } },
      { kind: "pulled", bytes: { done: 15, of: 200 } },
      { kind: "pulled", bytes: { done: 105, of: 200 } },
      { kind: "nothing" },
    ]);
  });

  it("survives lines that are not what it expects", async () => {
    expect(await read(["not json", "[1]", "null", '{"stream":7}'])).toEqual(Array(4).fill({ kind: "nothing" }));
  });

  it("throws what failed together with the last lines before it", async () => {
    const lines = [...Array(40).keys()].map((number) => stream(`line ${number}\n`));
    const failing = read([...lines, JSON.stringify({ error: "exit code 2", errorDetail: {} })]);
    await expect(failing).rejects.toMatchObject({
      code: "IMAGE_BUILD_FAILED",
      message: expect.stringMatching(/^exit code 2\nline 25\n[^]*line 39$/),
    });
  });
});
