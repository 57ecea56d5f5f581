import type { Random } from "@cc-docker/server/random";

export type Prompt = { prompt: string; answers: number };

/** Turns of all lengths, from one answer at once to two with a tool between. The name is no directive, so it is not played. */
export function makePrompt(random: Random, name: string): Prompt {
  const one = (script: string) => ({ prompt: `prompt ${name}\n${script}`, answers: 1 });
  const makes: [() => Prompt, ...(() => Prompt)[]] = [
    () => one("say: done"),
    () => one(`stream: ${random.between(20, 80)} words every ${random.between(5, 40)}ms`),
    () => one(`wait: ${random.between(100, 2000)}ms\nsay: done`),
    () => ({ ...one(`bash: echo ${name} >> notes; sleep 0.${random.between(1, 9)}\nsay: noted`), answers: 2 }),
  ];
  return random.pick(makes)();
}
