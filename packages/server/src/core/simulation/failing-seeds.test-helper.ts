/** Seeds that failed once, each with what it found. They run with every `./dev check`. */
export const FAILING_SEEDS: readonly { seed: number; found: string }[] = [];
