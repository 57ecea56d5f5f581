import { EXIT_CODES, isCcError } from "@cc-docker/protocol";
import { defineCommand, type Json } from "../../command.ts";
import type { Environment, Io } from "../../io.ts";
import { toJsonLine } from "../../output/json.ts";
import { type Column, formatTable } from "../../output/table.ts";
import { namedGateway } from "../../server/connect.ts";
import { findLocalGateway, type SettingInUse } from "../../server/local-gateway.ts";
import { OWN_SETTINGS, type OwnSetting } from "../../settings.ts";

type Settings = Record<string, SettingInUse>;
/** `reason`: why its settings are not known here. */
type Gateway = { url: string; settings: Settings } | { url?: string; reason: string };

export const configCommand = defineCommand({
  name: "config",
  group: "gateway",
  summary: "show the settings of ccd and of the local gateway, and where each comes from",
  details:
    "The gateway's are those it was started with. Secrets are shown as ***. What the settings mean is in docs/configuration.md.",
  json: 'print `{"ccd", "gateway": {"url", "settings"}}`',
  examples: [
    { line: "ccd config", does: "all of them" },
    { line: "ccd config --json | jq .gateway.settings.PORT", does: "one" },
  ],
  run: config,
});

async function config({ json }: Json, { env, stdout }: Io): Promise<number> {
  const ccd = readOwn(env);
  const gateway = await readGateway(env);
  if (json) await stdout.write(toJsonLine({ ccd, gateway }));
  else await stdout.write(`ccd\n${format(ccd)}\n${describeGateway(gateway)}`);
  return EXIT_CODES.ok;
}

function readOwn(env: Environment): Settings {
  const rows = Object.entries<OwnSetting>(OWN_SETTINGS).map(([name, row]): [string, SettingInUse] => {
    const given = env[name]?.trim();
    if (!given) return [name, { value: row.default, from: "default" }];
    return [name, { value: row.secret ? "***" : given, from: "environment" }];
  });
  return Object.fromEntries(rows);
}

async function readGateway(env: Environment): Promise<Gateway> {
  const url = namedGateway(env);
  if (url) return { url, reason: "it is named by CC_DOCKER_URL; who runs it knows its settings" };
  try {
    const { url: found, settings } = await findLocalGateway(env);
    return { url: found, settings };
  } catch (error) {
    if (!isCcError(error)) throw error;
    return { reason: `${error.message} \`ccd serve\` starts one with the settings of its environment` };
  }
}

function describeGateway(gateway: Gateway): string {
  const title = ["gateway", ...(gateway.url === undefined ? [] : [gateway.url])].join(" ");
  return "settings" in gateway ? `${title}\n${format(gateway.settings)}` : `${title}: ${gateway.reason}.\n`;
}

const COLUMNS: Column<[string, SettingInUse]>[] = [
  { title: "SETTING", cell: ([name]) => name },
  { title: "FROM", cell: ([, { from }]) => from },
  { title: "VALUE", cell: ([, { value }]) => (value === "" ? "–" : value) },
];

function format(settings: Settings): string {
  return formatTable(Object.entries(settings), COLUMNS);
}
