/**
 * The life of one gateway. Whatever core does to the world around it is a step of its life: it may die before a step
 * or right after its effect, as a process that is killed. What a dead one still does has no effect, and nothing it
 * waits for comes. A frozen one stands still at its next step, as a process that is stopped, and goes on later.
 */
export type Life = {
  readonly name: string;
  readonly isAlive: boolean;
  readonly isFrozen: boolean;
  die(): void;
  /** Dies at the step of that number from now on. */
  dieIn(steps: number): void;
  freeze(): void;
  thaw(): void;
  /** An effect that is not waited for. False: it must not happen. */
  step(): boolean;
  /** Core asks the world: an effect that is waited for. */
  call<T>(work: () => Promise<T>): Promise<T>;
  /** A call inside a transaction, which the database undoes when its gateway dies. A frozen gateway ends it first. */
  callInTransaction<T>(work: () => Promise<T>): Promise<T>;
  /** The world asks core. @throws Gone when it dies before it has answered */
  ask<T>(work: () => Promise<T>): Promise<T>;
  /** Something happens to core: now, once it is thawed, or never. */
  happen(work: () => void): void;
  onDeath(listener: () => void): void;
};

export class Gone extends Error {}

const never = () => new Promise<never>(() => {});

export function createLife(name: string, onDied: () => void): Life {
  const mourners: (() => void)[] = [];
  let isAlive = true;
  let stepsLeft = Number.POSITIVE_INFINITY;
  let thawed: PromiseWithResolvers<void> | undefined;

  function die(): void {
    if (!isAlive) return;
    isAlive = false;
    onDied();
    for (const listener of mourners) listener();
  }

  function step(): boolean {
    stepsLeft -= 1;
    if (stepsLeft <= 0) die();
    return isAlive;
  }

  async function goOn(): Promise<void> {
    if (!step()) await never();
    while (thawed) await thawed.promise;
    if (!isAlive) await never();
  }

  async function call<T>(work: () => Promise<T>): Promise<T> {
    await goOn();
    try {
      return await work();
    } finally {
      await goOn();
    }
  }

  async function callInTransaction<T>(work: () => Promise<T>): Promise<T> {
    if (!step()) throw new Gone();
    const value = await work();
    if (!isAlive) throw new Gone();
    return value;
  }

  async function ask<T>(work: () => Promise<T>): Promise<T> {
    const { promise: death, reject } = Promise.withResolvers<never>();
    death.catch(() => undefined);
    if (!isAlive) throw new Gone();
    mourners.push(() => reject(new Gone()));
    try {
      return await Promise.race([work(), death]);
    } finally {
      while (thawed && isAlive) await Promise.race([thawed.promise, death]);
    }
  }

  function happen(work: () => void): void {
    if (!isAlive) return;
    if (thawed) void thawed.promise.then(() => happen(work));
    else work();
  }

  return {
    name,
    get isAlive() {
      return isAlive;
    },
    get isFrozen() {
      return thawed !== undefined;
    },
    die,
    dieIn: (steps) => void (stepsLeft = steps),
    freeze: () => void (thawed ??= Promise.withResolvers()),
    thaw: () => {
      thawed?.resolve();
      thawed = undefined;
    },
    step,
    call,
    callInTransaction,
    ask,
    happen,
    onDeath: (listener) => void mourners.push(listener),
  };
}
