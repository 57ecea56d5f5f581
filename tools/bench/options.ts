import { parseArgs } from "node:util";

export type BenchOptions = { names: string[]; samples: number | undefined; json: boolean; coldImage: boolean };

/** @throws Error that says what is wrong with the arguments */
export function parseOptions(args: readonly string[], known: readonly string[]): BenchOptions {
  const { values, positionals: names } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { samples: { type: "string" }, json: { type: "boolean" }, "cold-image": { type: "boolean" } },
  });
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`There is no bench "${unknown}"; there are ${known.join(", ")}.`);
  const { json = false, "cold-image": coldImage = false } = values;
  return { names, samples: parseSamples(values.samples), json, coldImage };
}

function parseSamples(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const samples = Number(given);
  if (Number.isInteger(samples) && samples > 0 && samples <= 100_000) return samples;
  throw new Error(`--samples ${given}: not a number of samples.`);
}
