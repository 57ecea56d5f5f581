/** Has this process end when its parent is gone or lets go of it, and not by Ctrl-C, which is the bench's business. */
export function endWithParent(): void {
  process.on("disconnect", () => process.exit(0));
  process.on("SIGINT", () => undefined);
}
