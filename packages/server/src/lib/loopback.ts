/** Names and addresses of this machine that no other can reach. */
export const LOOPBACK = ["localhost", "127.0.0.1", "::1"] as const;

/** `host`: a name or an address, an IPv6 one also in brackets. */
export function isLoopback(host: string): boolean {
  return (LOOPBACK as readonly string[]).includes(host.toLowerCase().replace(/^\[|\]$/g, ""));
}
