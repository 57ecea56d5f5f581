/** Between a bench and its subscribers' process. */
export type SubscribersOptions = {
  host: string;
  port: number;
  count: number;
  /** The request that begins the stream. */
  head: string;
  /** What is sent when it has been answered with a WebSocket, in base64. The first message of the server is awaited. */
  first?: string;
};

/** So many deliveries are to come, over all subscribers. */
export type ToSubscribers = { deliveries: number };
/** Milliseconds from an event's making to its arrival, one a delivery: none when it begins to wait, all when they have come. */
export type FromSubscribers = { latencies: number[] };
