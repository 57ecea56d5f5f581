/** What to type next, where `ccd` has the command for it: instead of the error's hint, which is for every caller. */
import type { ErrorCode } from "@cc-docker/protocol";

export const NEXT_STEPS: Partial<Record<ErrorCode, string>> = {
  REQUEST_INVALID: "Correct what is named there; `--help` behind the command shows what it takes.",
  SESSION_NOT_FOUND: "`ccd ls` lists your sessions.",
  WORKSPACE_NOT_ALLOWED:
    "`ccd serve --allow` in that directory allows it at once, where the gateway is yours; `--scratch` works in an empty workspace instead.",
  DATA_DIR_IN_USE:
    "It serves all your directories: `ccd serve --allow` lets its sessions work in this one too. `ccd serve --stop` ends it.",
  SESSION_NOT_RUNNING: "`ccd send SESSION PROMPT` wakes it.",
  SESSION_NOT_PAUSABLE: "`ccd show SESSION` tells how it is; `ccd resume SESSION` wakes one at rest.",
  NO_TURN_RUNNING: "`ccd show SESSION` tells how it is; `ccd send SESSION PROMPT` gives it something to do.",
  TURN_NOT_FOUND: "`ccd logs --json SESSION` shows its turns by `turnId`.",
  TURN_NOT_OVER: "Wait for its end with `ccd logs -f SESSION`, or end it with `ccd interrupt SESSION`.",
  APPROVAL_NOT_FOUND: "`ccd ls` lists your sessions, `ccd show SESSION` what its agent asks.",
  APPROVAL_ANSWERED: "`ccd logs SESSION` shows who answered what.",
  APPROVAL_WITHDRAWN: "`ccd logs SESSION` shows how its turn went on.",
  SESSION_LIMIT_REACHED: "`ccd ls` lists your sessions; `ccd stop SESSION` or `ccd rm SESSION` makes room.",
  TURN_LIMIT_REACHED: "`ccd ls --status running` lists who works; `ccd interrupt SESSION` ends a turn.",
  TOKEN_MISSING: "Set CC_DOCKER_TOKEN; `ccd token --sub NAME` makes one for a local gateway.",
  TOKEN_EXPIRED: "Set CC_DOCKER_TOKEN to a new one; `ccd token --sub NAME` makes one for a local gateway.",
  TOKEN_INVALID: "Set CC_DOCKER_TOKEN to one of this gateway; `ccd token --sub NAME` makes one for a local gateway.",
  SERVER_UNREACHABLE:
    "`ccd` alone offers to start one; `ccd serve` starts one here, CC_DOCKER_URL names one elsewhere.",
};
