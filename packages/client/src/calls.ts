/** The router's procedures as a caller sees them. Plain types: what core returns is JSON, and arrives as it left. */
export type CallOptions = { signal?: AbortSignal };

type Procedure<Kind extends string> = { _def: { type: Kind; $types: { input: unknown; output: unknown } } };
type InputOf<P extends Procedure<string>> = P["_def"]["$types"]["input"];
type OutputOf<P extends Procedure<string>> = P["_def"]["$types"]["output"];

/** An input that may be left out is one that may be `undefined`: `system.health.query()`. */
type Call<P extends Procedure<string>> =
  undefined extends InputOf<P>
    ? (input?: InputOf<P>, options?: CallOptions) => Promise<OutputOf<P>>
    : (input: InputOf<P>, options?: CallOptions) => Promise<OutputOf<P>>;

/** Queries and mutations of a router's record, nested as it is. Subscriptions are not calls. */
export type CallsOf<Routes> = {
  [Name in keyof Routes as Routes[Name] extends Procedure<"subscription">
    ? never
    : Name]: Routes[Name] extends Procedure<"query">
    ? { query: Call<Routes[Name]> }
    : Routes[Name] extends Procedure<"mutation">
      ? { mutate: Call<Routes[Name]> }
      : CallsOf<Routes[Name]>;
};
