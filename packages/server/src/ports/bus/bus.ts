/**
 * A doorbell between parts of the gateway, maybe on several machines: it says that something is there to be read in
 * the store, never what. A lost ring delays, it must not lose.
 */
export type Topic =
  /** `value`: the session's log has reached this seq; one more than it has when the session was deleted. */
  | `events:${string}`
  /** Something for the session's wrapper may wait in the store. */
  | `commands:${string}`
  /** A session's instance should have a link: `value` is unused. */
  | `links:${string}`
  /** The session was changed by a gateway that does not hold it: its holder is to see what there is to do. */
  | `holders:${string}`;

export type Listener = (topic: Topic, value: number) => void;

export interface Bus extends AsyncDisposable {
  /** Rings. Listeners of one topic hear rings in the order published; one that throws keeps no other from hearing. */
  publish(topic: Topic, value: number): void;
  /** Hears a topic, or with `links:*` every topic of that kind, until the function returned is called; none after. */
  subscribe(topic: Topic, listener: Listener): () => void;
  /** Stops delivery. Twice is fine. */
  close(): Promise<void>;
}
