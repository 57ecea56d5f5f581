/** The client writes its calls out; here each of them is held against the router's own. Checked by tsc alone. */
import type { CallOptions, Client, PromptInput } from "@cc-docker/client";
import type { AppRouter } from "@cc-docker/server";
import { expectTypeOf } from "vitest";

type Procedure<Kind extends string> = { _def: { type: Kind; $types: { input: unknown; output: unknown } } };
type InputOf<P extends Procedure<string>> = P["_def"]["$types"]["input"];
type OutputOf<P extends Procedure<string>> = P["_def"]["$types"]["output"];

/** An input that may be left out is one that may be `undefined`. */
type Call<P extends Procedure<string>> =
  undefined extends InputOf<P>
    ? (input?: InputOf<P>, options?: CallOptions) => Promise<OutputOf<P>>
    : (input: InputOf<P>, options?: CallOptions) => Promise<OutputOf<P>>;

/** Plain types: what core returns is JSON, and arrives as it left. */
type CallsOf<Routes> = {
  [Name in keyof Routes as Routes[Name] extends Procedure<"subscription">
    ? never
    : Name]: Routes[Name] extends Procedure<"query">
    ? { query: Call<Routes[Name]> }
    : Routes[Name] extends Procedure<"mutation">
      ? { mutate: Call<Routes[Name]> }
      : CallsOf<Routes[Name]>;
};

type Calls = CallsOf<AppRouter["_def"]["record"]>;

// Nothing is left out, and nothing is there that the router does not have.
expectTypeOf<Exclude<keyof Client, "followEvents">>().toEqualTypeOf<keyof Calls>();
expectTypeOf<Client["sessions"]>().toEqualTypeOf<Calls["sessions"]>();
expectTypeOf<Client["approvals"]>().toEqualTypeOf<Calls["approvals"]>();
expectTypeOf<Client["events"]>().toEqualTypeOf<Calls["events"]>();
expectTypeOf<Client["audit"]>().toEqualTypeOf<Calls["audit"]>();
expectTypeOf<Client["system"]>().toEqualTypeOf<Calls["system"]>();

// The key that the router wants with a prompt may be left to the client.
type Chat = Calls["chat"];
type Keyed = PromptInput & { idempotencyKey: string };
expectTypeOf<keyof Client["chat"]>().toEqualTypeOf<keyof Chat>();
expectTypeOf<Pick<Client["chat"], "get" | "interrupt">>().toEqualTypeOf<Pick<Chat, "get" | "interrupt">>();
expectTypeOf<Keyed>().branded.toEqualTypeOf<Parameters<Chat["send"]["mutate"]>[0]>();
expectTypeOf<Keyed>().branded.toEqualTypeOf<Parameters<Chat["ask"]["mutate"]>[0]>();
expectTypeOf<ReturnType<Client["chat"]["send"]["mutate"]>>().toEqualTypeOf<ReturnType<Chat["send"]["mutate"]>>();
expectTypeOf<ReturnType<Client["chat"]["ask"]["mutate"]>>().toEqualTypeOf<ReturnType<Chat["ask"]["mutate"]>>();
