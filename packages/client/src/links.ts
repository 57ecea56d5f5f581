/** How calls travel: queries of one tick share a request; mutations go alone, for some of them take minutes. */
import { httpBatchLink, httpLink, splitLink, type TRPCLink } from "@trpc/client";
import type { AnyTRPCRouter } from "@trpc/server";
import type { GatewayHttp } from "./gateway-http.ts";

/** Below what the gateway and common proxies accept. */
const BATCH = { maxItems: 20, maxURLLength: 4000 };

export function createLink({ base, call }: GatewayHttp): TRPCLink<AnyTRPCRouter> {
  const url = `${base}/trpc`;
  const fetch = (target: unknown, init?: unknown) => call(String(target), (init ?? {}) as RequestInit);
  return splitLink({
    condition: ({ type }) => type === "query",
    true: httpBatchLink({ url, fetch, ...BATCH }),
    false: httpLink({ url, fetch }),
  });
}
