/** Where a session's agent works: in files of its own, or in a directory of the machine that the gateway runs on. */
import { z } from "zod";

/** The kernel's limit, with its end mark. */
const MAX_PATH_LENGTH = 4095;

/** An absolute path; whether it leads anywhere is for the gateway to find out. */
export const HostPath = z
  .string()
  .max(MAX_PATH_LENGTH)
  .regex(/^\/[^\0]*$/, "must be an absolute path")
  .refine((text) => text.isWellFormed(), "has half a surrogate pair");

export const Workspace = z
  .discriminatedUnion("type", [
    z.strictObject({ type: z.literal("ephemeral").describe("The session's own files, gone with it.") }),
    z.strictObject({
      type: z.literal("host").describe("A directory of the gateway's machine, which stays when the session goes."),
      path: HostPath.describe(
        "The directory, below a root that the operator allows. Of a session it is the real path, without links.",
      ),
    }),
  ])
  .describe("Where the session's agent works.");
export type Workspace = z.infer<typeof Workspace>;

/** Whom the files of a directory belong to, and so whom its agent runs as. */
export const FileOwner = z.object({ uid: z.int().nonnegative(), gid: z.int().nonnegative() });
export type FileOwner = z.infer<typeof FileOwner>;

/**
 * What a wrapper has mounted as its workspace, by the kernel's word: numbers of device and inode, which mean the same
 * on the same kernel, and `bootId`, which tells kernels apart.
 */
export const MountedDirectory = z.object({
  device: z.string().max(20),
  inode: z.string().max(20),
  bootId: z.string().max(100),
});
export type MountedDirectory = z.infer<typeof MountedDirectory>;
