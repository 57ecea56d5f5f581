/** What `ccd` itself reads from the environment: one row each. Help, `docs/cli.md` and `ccd config` tell them. */
export type OwnSetting = { meaning: string; default: string; secret?: true };

export const OWN_SETTINGS = {
  CC_DOCKER_URL: { meaning: "The gateway. When empty: the one of this machine that DATA_DIR tells of.", default: "" },
  CC_DOCKER_TOKEN: {
    meaning: "A token for it. When empty: one in your user name, signed with the local gateway's secret.",
    default: "",
    secret: true,
  },
  DATA_DIR: { meaning: "Data directory of the local gateway.", default: "~/.cc-docker" },
  JWT_SECRET: {
    meaning: "The local gateway's secret, where it was given one. When empty: the one in DATA_DIR.",
    default: "",
    secret: true,
  },
  CC_DOCKER_DEBUG: { meaning: "`1` shows where a defect of ccd happened.", default: "" },
  CC_DOCKER_THEME: {
    meaning: "`light` or `dark`: the terminal's background. When empty: what COLORFGBG says.",
    default: "",
  },
} as const satisfies Record<string, OwnSetting>;
