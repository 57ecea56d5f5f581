/** Seeds that failed once, each with what it found. They run with every `./dev check`. */
export const FAILING_SEEDS: readonly { seed: number; found: string }[] = [
  { seed: 187, found: "a second container of one generation whose agent asks once more what a person was asked" },
];
