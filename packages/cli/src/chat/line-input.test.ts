import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { createLineInput } from "./line-input.ts";

const { signal } = new AbortController();

function openPipe() {
  const stdin = new PassThrough();
  const input = createLineInput({ stdin, terminal: undefined, onInterrupt: () => undefined });
  return { stdin, input };
}

it("gives the next line to who asks something, before who waits for a prompt already", async () => {
  const { stdin, input } = openPipe();
  const prompt = input.read("> ", { yields: true, signal });
  await Promise.resolve(); // the prompt is waited for by now
  const answers = [input.read("? ", { fresh: true, signal }), input.read("? ", { fresh: true, signal })];
  stdin.end("yes\nno\ngo on\n");
  expect(await Promise.all(answers)).toEqual(["yes", "no"]);
  expect(await prompt).toBe("go on");
});

it("goes on with the prompt when a question needs no answer any more", async () => {
  const { stdin, input } = openPipe();
  const forgotten = new AbortController();
  const prompt = input.read("> ", { yields: true, signal });
  await Promise.resolve();
  const answer = input.read("? ", { fresh: true, signal: forgotten.signal });
  forgotten.abort("somebody else has answered");
  await expect(answer).rejects.toBe("somebody else has answered");
  stdin.end("go on\n");
  expect(await prompt).toBe("go on");
});
