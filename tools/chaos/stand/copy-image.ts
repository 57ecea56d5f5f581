import type Docker from "dockerode";

export type CopyImage = { image: string; from: Docker; to: Docker };

/** As `docker save` into `docker load`, without a file between. */
export async function copyImage({ image, from, to }: CopyImage): Promise<void> {
  const progress = await to.loadImage(await from.getImage(image).get());
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  to.modem.followProgress(progress, (error, steps) => {
    const failure = error ?? findError(steps as { error?: string }[]);
    if (failure) reject(failure);
    else resolve();
  });
  await promise;
}

/** A failed load is a step of its own, not a failed request. */
function findError(steps: readonly { error?: string }[]): Error | undefined {
  const failed = steps.find(({ error }) => error !== undefined);
  return failed && new Error(failed.error);
}
