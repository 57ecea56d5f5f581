/** Is given a page. @returns undefined when the next may come, else what resolves then */
export type Take<Page> = (page: Page) => Promise<unknown> | undefined;

/** What `deliver` gives, one page each time somebody asks for it. Begins with the first; ends with who asks. */
export async function* pullPages<Page>(
  deliver: (take: Take<Page>) => Promise<void>,
): AsyncGenerator<Page, void, undefined> {
  const left = new Error("The reader has left.");
  let given = Promise.withResolvers<{ page: Page } | undefined>();
  let taken = Promise.withResolvers<void>();
  const delivering = deliver((page) => {
    taken = Promise.withResolvers<void>();
    given.resolve({ page });
    return taken.promise;
  });
  delivering.then(
    () => given.resolve(undefined),
    (error) => given.reject(error),
  );
  try {
    for (let next = await given.promise; next; next = await given.promise) {
      given = Promise.withResolvers();
      yield next.page;
      taken.resolve();
    }
  } finally {
    given.promise.catch(() => undefined); // nobody asks for it
    taken.reject(left);
    taken.promise.catch(() => undefined);
    await delivering.catch((error: unknown) => {
      if (error !== left) throw error;
    });
  }
}
