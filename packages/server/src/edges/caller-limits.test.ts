import { describe, expect, it } from "vitest";
import { createCallerLimits } from "./caller-limits.ts";

const NO_PLACES = { subscriptions: 0, sockets: 0 };

describe("an owner's requests", () => {
  it("are taken up to twice the rate at once, then at the rate, each owner's by itself", () => {
    let now = 0;
    const limits = createCallerLimits({ requestsPerSecond: 10, ...NO_PLACES }, () => now);
    const take = (count: number, owner = "ann") => {
      for (let n = 0; n < count; n += 1) limits.takeRequest(owner);
    };
    take(20);
    expect(() => take(1)).toThrow(expect.objectContaining({ code: "REQUEST_LIMIT_REACHED", retryAfterSeconds: 1 }));
    take(20, "bob");
    now = 500;
    take(5);
    expect(() => take(1)).toThrow("more than 10 times a second");
    now = 60_000;
    take(20);
    expect(() => take(1)).toThrow("times a second");
  });

  it("of very many owners are told apart, and no limit is none", () => {
    const limits = createCallerLimits({ requestsPerSecond: 1, ...NO_PLACES }, () => 0);
    limits.takeRequest("ann");
    for (let n = 0; n < 20_000; n += 1) limits.takeRequest(`owner ${n}`);
    limits.takeRequest("ann");
    expect(() => limits.takeRequest("ann")).toThrow("times a second");
    const free = createCallerLimits({ requestsPerSecond: 0, ...NO_PLACES });
    for (let n = 0; n < 1000; n += 1) free.takeRequest("ann");
  });
});

it("an owner's streams are no more than may be, until one ends, which it does once", () => {
  const limits = createCallerLimits({ requestsPerSecond: 0, subscriptions: 2, sockets: 0 });
  const leave = limits.takeSubscription("ann");
  limits.takeSubscription("ann");
  limits.takeSubscription("bob");
  expect(() => limits.takeSubscription("ann")).toThrow(expect.objectContaining({ code: "SUBSCRIPTION_LIMIT_REACHED" }));
  leave();
  leave();
  limits.takeSubscription("ann");
  expect(() => limits.takeSubscription("ann")).toThrow("follow 2 streams");
});

it("an owner's sockets are no more than may be, until one is gone", () => {
  const limits = createCallerLimits({ requestsPerSecond: 0, subscriptions: 0, sockets: 2 });
  const [first, second, gone] = [new AbortController(), new AbortController(), AbortSignal.abort()];
  limits.takeSocket("ann", gone);
  for (const { signal } of [first, second]) limits.takeSocket("ann", signal);
  limits.takeSocket("bob", second.signal);
  const one = () => limits.takeSocket("ann", new AbortController().signal);
  expect(one).toThrow(expect.objectContaining({ code: "SOCKET_LIMIT_REACHED" }));
  first.abort();
  one();
  expect(one).toThrow("have 2 WebSockets open");
});
