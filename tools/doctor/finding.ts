/** `warn`: the product works, but not as most people want it. `FAIL`: it does not work. Both come with a fix. */
export type Finding =
  | { level: "ok"; what: string; fix?: never }
  | { level: "warn" | "FAIL"; what: string; fix: string };
