import type Docker from "dockerode";

/** Longer than the engine takes to stop a container with its grace, short enough that nobody waits for ever. */
const CALL_TIMEOUT_MS = 15_000;

type Dial = (options: { abortSignal?: AbortSignal }, callback: unknown) => unknown;

/**
 * An engine may accept a call and never answer. Every call that brings no signal of its own ends after CALL_TIMEOUT_MS
 * or with `closing`. One place for all of them: the transport that they share.
 */
export function withDeadlines(docker: Docker, closing: AbortSignal): Docker {
  const modem = docker.modem as unknown as { dial: Dial };
  const dial = modem.dial.bind(modem);
  modem.dial = (options, callback) => {
    const deadline = () => AbortSignal.any([closing, AbortSignal.timeout(CALL_TIMEOUT_MS)]);
    return dial({ ...options, abortSignal: options.abortSignal ?? deadline() }, callback);
  };
  return docker;
}
