/** All commands of `ccd`, in the order in which help and documents name them. */
import type { Command } from "../command.ts";
import { approveCommand, denyCommand } from "./approvals/answers.ts";
import { revokeCommand } from "./approvals/revoke.ts";
import { completionCommand } from "./gateway/completion.ts";
import { configCommand } from "./gateway/config.ts";
import { doctorCommand } from "./gateway/doctor.ts";
import { serveCommand } from "./gateway/serve.ts";
import { tokenCommand } from "./gateway/token.ts";
import { chatCommand } from "./prompts/chat.ts";
import { interruptCommand } from "./prompts/interrupt.ts";
import { runCommand } from "./prompts/run.ts";
import { sendCommand } from "./prompts/send.ts";
import { attachCommand } from "./sessions/attach.ts";
import { forkCommand } from "./sessions/fork.ts";
import { logsCommand } from "./sessions/logs.ts";
import { lsCommand } from "./sessions/ls.ts";
import { pauseCommand, resumeCommand, stopCommand } from "./sessions/moves.ts";
import { rmCommand } from "./sessions/rm.ts";
import { showCommand } from "./sessions/show.ts";

export const COMMANDS: readonly Command[] = [
  runCommand,
  chatCommand,
  sendCommand,
  interruptCommand,
  attachCommand,
  lsCommand,
  showCommand,
  logsCommand,
  pauseCommand,
  resumeCommand,
  stopCommand,
  rmCommand,
  forkCommand,
  approveCommand,
  denyCommand,
  revokeCommand,
  tokenCommand,
  serveCommand,
  doctorCommand,
  configCommand,
  completionCommand,
];
