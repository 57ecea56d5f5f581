/** What `ccd` itself reads from the environment, and which files it keeps: one row each. Help, `docs/cli.md` and `ccd config` tell them. */
export type OwnSetting = {
  /** Who looks at it. */
  of: keyof typeof SETTING_GROUPS;
  meaning: string;
  /** What holds when it is absent; empty where the meaning says so. */
  default: string;
  secret?: true;
};

export const SETTING_GROUPS = {
  ccd: "Every command",
  terminal: "The terminal UI",
  start: "Where `ccd` starts a gateway",
} as const;

export const OWN_SETTINGS = {
  CC_DOCKER_URL: {
    of: "ccd",
    meaning: "The gateway. When empty: the one of this machine that DATA_DIR tells of.",
    default: "",
  },
  CC_DOCKER_TOKEN: {
    of: "ccd",
    meaning: "A token for it. When empty: one in your user name, signed with the local gateway's secret.",
    default: "",
    secret: true,
  },
  DATA_DIR: { of: "ccd", meaning: "Data directory of the local gateway.", default: "~/.cc-docker" },
  JWT_SECRET: {
    of: "ccd",
    meaning: "The local gateway's secret, where it was given one. When empty: the one in DATA_DIR.",
    default: "",
    secret: true,
  },
  CC_DOCKER_DEBUG: { of: "ccd", meaning: "`1` shows where a defect of ccd happened.", default: "" },
  NO_COLOR: {
    of: "ccd",
    meaning: "Anything takes the colours away. How many there are else is seen by TERM and COLORTERM.",
    default: "",
  },
  XDG_CACHE_HOME: {
    of: "ccd",
    meaning: "Where the program is kept compiled, in `cc-docker`.",
    default: "~/.cache",
  },
  CC_DOCKER_THEME: {
    of: "terminal",
    meaning: "`light` or `dark`: the terminal's background. When empty: what COLORFGBG says.",
    default: "",
  },
  COLORFGBG: {
    of: "terminal",
    meaning: "The colours of text and background, as some terminals set it: `0;15` is light. When empty: dark.",
    default: "",
  },
  VISUAL: { of: "terminal", meaning: "The editor for long prompts. When empty: EDITOR.", default: "" },
  EDITOR: { of: "terminal", meaning: "The same, where VISUAL is empty.", default: "vi" },
  XDG_STATE_HOME: {
    of: "terminal",
    meaning: "Where your [prompts](#files) are kept, in `ccd`.",
    default: "~/.local/state",
  },
  ANTHROPIC_API_KEY: {
    of: "start",
    meaning: "Credential of the model: a key of the API. The first `ccd` asks for one where there is none.",
    default: "",
    secret: true,
  },
  CLAUDE_CODE_OAUTH_TOKEN: {
    of: "start",
    meaning: "The same: a token of a subscription, as `claude setup-token` prints it.",
    default: "",
    secret: true,
  },
  CLAUDE_CONFIG_DIR: {
    of: "start",
    meaning: "Where Claude Code's own login is, in `.credentials.json`, which the first `ccd` offers to use.",
    default: "~/.claude",
  },
  MODEL: {
    of: "start",
    meaning: "`scripted` needs no credential; the first `ccd` asks for none then.",
    default: "auto",
  },
  SESSION_IMAGE: {
    of: "start",
    meaning:
      "Image of the sessions' containers. When empty: the first `ccd` builds the one that fits, if it is not there.",
    default: "",
  },
  WORKSPACE_HOST_ROOTS: {
    of: "start",
    meaning: "Directories that sessions may work in. When absent: the one that `ccd` is given in.",
    default: "",
  },
  LOG_FILE: {
    of: "start",
    meaning: "The log of a gateway in the background. When empty: `gateway.log` in DATA_DIR.",
    default: "",
  },
} as const satisfies Record<string, OwnSetting>;

/** What stays on the disk of whoever uses `ccd`. The gateway's own files, in DATA_DIR, are not among them. */
export type OwnFile = {
  path: string;
  holds: string;
  /** How to be rid of it. */
  end: string;
};

export const OWN_FILES: readonly OwnFile[] = [
  {
    path: "~/.local/state/ccd/prompts.jsonl",
    holds:
      "What you have sent from the terminal UI, with the directory it was sent in: what `↑` brings back there. Readable by you alone. Of more than 2000 the newest 1000 stay; none is kept that is longer than 20,000 characters.",
    end: "Remove it: all is forgotten. A link to /dev/null in its place (`ln -sf /dev/null FILE`) keeps nothing from then on.",
  },
  {
    path: "~/.cache/cc-docker",
    holds: "The program as Node has compiled it, for quicker starts. Nothing of yours.",
    end: "Remove it: the next start makes it again.",
  },
];
