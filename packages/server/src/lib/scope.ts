/** A value that goes with a piece of work through all that it waits for and begins. */
import { AsyncLocalStorage } from "node:async_hooks";

export type Scope<T> = {
  /** Of the work that is going on; `undefined` outside of any. */
  current(): T | undefined;
  run<Result>(value: T, work: () => Result): Result;
};

export function createScope<T>(): Scope<T> {
  const storage = new AsyncLocalStorage<T>();
  return { current: () => storage.getStore(), run: (value, work) => storage.run(value, work) };
}
