/**
 * Who may import whom: the table of ARCHITECTURE.md as rules. `import type` counts like any import.
 * Tests and conformance suites may open embedded drivers; fences are for what ships.
 */
const { readFileSync, realpathSync } = require("node:fs");
const { join } = require("node:path");

assertTypeScriptIsRead();

const TESTS = "[.](test|conformance|test-helper)[.]ts$";
const PROTOCOL = "^packages/protocol/src/";
const LIB = "^packages/server/src/lib/";
const NPM = "node_modules/";
/** Shapes and arithmetic: reaches nothing outside the process. */
const NO_IO = ["^(crypto|stream)$", "node_modules/zod/"];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      comment: "Move what both files need into a third one, or pass it in as a dependency.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-unresolvable",
      comment:
        "The fences only see what resolves. Correct the path, add the package to this package.json, or use a package's public entry.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "core-knows-no-drivers",
      comment:
        "Core decides, it does no I/O: say what it needs in ports/<port>/<port>.ts, do it in a driver, and take it through deps.",
      severity: "error",
      from: { path: "^packages/server/src/core/", pathNot: TESTS },
      to: {
        pathNot: [
          "^packages/server/src/core/",
          "^packages/server/src/ports/([^/]+)/\\1[.]ts$",
          PROTOCOL,
          LIB,
          ...NO_IO,
        ],
      },
    },
    {
      name: "ports-name-no-library",
      comment: "A port speaks of our domain only: translate the library's types in the driver.",
      severity: "error",
      from: { path: "^packages/server/src/ports/([^/]+)/[^/]+[.]ts$", pathNot: TESTS },
      to: { pathNot: [PROTOCOL, LIB, "^packages/server/src/ports/$1/[^/]+[.]ts$"], dependencyTypesNot: ["core"] },
    },
    {
      name: "drivers-know-only-their-port",
      comment:
        "A driver serves one port. What two ports share goes to lib/; what it needs to know comes as an argument.",
      severity: "error",
      from: { path: "^packages/server/src/ports/([^/]+)/", pathNot: TESTS },
      to: { path: "^packages/", pathNot: ["^packages/server/src/ports/$1/", PROTOCOL, LIB] },
    },
    {
      // Files of one driver share its first word: docker.ts, docker-exec.ts, docker/….
      name: "drivers-know-no-other-driver",
      comment: "Move what two drivers of a port share beside the port, or write it as a decorator over the port.",
      severity: "error",
      from: { path: "^packages/server/src/ports/([^/]+)/drivers/([a-z0-9]+)", pathNot: TESTS },
      to: { path: "^packages/server/src/ports/$1/drivers/", pathNot: "^packages/server/src/ports/$1/drivers/$2" },
    },
    {
      name: "edges-go-through-core",
      comment:
        "An edge parses, calls core and answers. Add the function to core and export its types from core/core.ts.",
      severity: "error",
      from: { path: "^packages/server/src/edges/", pathNot: TESTS },
      to: {
        path: ["^packages/", "node_modules/(kysely|better-sqlite3|dockerode)/"],
        pathNot: ["^packages/server/src/edges/", "^packages/server/src/core/core[.]ts$", PROTOCOL, LIB],
      },
    },
    {
      name: "edges-know-no-other-edge",
      comment:
        "What two edges share is a rule (core), a tiny tool (lib), or about the caller and what it follows (edges/authenticate.ts, caller-limits.ts, doors.ts, follow.ts, request-ids.ts).",
      severity: "error",
      from: { path: "^packages/server/src/edges/([^/]+)/", pathNot: TESTS },
      to: {
        path: "^packages/server/src/edges/",
        pathNot: [
          "^packages/server/src/edges/$1/",
          "^packages/server/src/edges/(authenticate|caller-limits|doors|follow|http-server|request-ids)[.]ts$",
        ],
      },
    },
    {
      name: "config-stands-alone",
      comment: "Settings are data: zod, protocol, lib and Node only. Build things from them in start-server.ts.",
      severity: "error",
      from: { path: "^packages/server/src/config[.]ts$" },
      to: { pathNot: [PROTOCOL, "node_modules/zod/", "^packages/server/src/lib/"], dependencyTypesNot: ["core"] },
    },
    {
      name: "lib-knows-no-domain",
      comment:
        "lib/ would fit any program. What speaks of sessions, turns or errors of ours belongs to core or protocol.",
      severity: "error",
      from: { path: LIB, pathNot: TESTS },
      to: { path: "^packages/", pathNot: LIB },
    },
    {
      name: "scripted-model-stands-alone",
      comment:
        "The scripted model plays a service outside our process: it may use Node and itself, and share no code of ours.",
      severity: "error",
      from: { path: "^packages/server/src/scripted-model/", pathNot: TESTS },
      to: { pathNot: "^packages/server/src/scripted-model/", dependencyTypesNot: ["core"] },
    },
    {
      name: "server-knows-only-protocol",
      comment: "The server is called, it calls nobody: words that both sides need go to packages/protocol.",
      severity: "error",
      from: { path: "^packages/server/", pathNot: TESTS },
      to: { path: ["^packages/(?!server/|protocol/)", "^@cc-docker/(?!server|protocol)"] },
    },
    {
      name: "protocol-depends-on-zod-only",
      comment: "Wrapper and client bundle the protocol: it holds words, not tools. Put the code where it is used.",
      severity: "error",
      from: { path: PROTOCOL, pathNot: TESTS },
      to: { pathNot: [PROTOCOL, "node_modules/zod/"] },
    },
    {
      name: "client-knows-only-protocol",
      comment:
        "The client goes to strangers, who have none of our packages: write a call's types in api.ts, share words through packages/protocol.",
      severity: "error",
      from: { path: "^packages/client/", pathNot: TESTS },
      to: { path: ["^packages/(?!client/|protocol/)", "^@cc-docker/(?!client|protocol)"] },
    },
    {
      name: "cli-never-imports-server",
      comment: "Talk to the server through packages/client; start one as a child process.",
      severity: "error",
      from: { path: "^packages/cli/", pathNot: TESTS },
      to: { path: ["^packages/(server|wrapper)/", "^@cc-docker/(server|wrapper)"] },
    },
    {
      name: "ui-is-drawn-in-components",
      comment: "What the UI knows, does and shows is plain data: draw it in packages/cli/src/tui/components/.",
      severity: "error",
      from: { path: "^packages/cli/", pathNot: ["^packages/cli/src/tui/(components/|open-ui\\.tsx$)"] },
      to: { path: "node_modules/(ink|react)/" },
    },
    {
      name: "ui-stands-on-its-ground",
      comment: "The UI talks to a gateway through the client: what it shares with commands is in output/ and session/.",
      severity: "error",
      from: { path: "^packages/cli/src/tui/", pathNot: [TESTS, "/run-ui[.]ts$"] }, // which commands call
      to: { path: "^packages/cli/src/", pathNot: "^packages/cli/src/(tui/|output/|session/|io[.]ts$)" },
    },
    {
      name: "ui-state-is-not-drawn",
      comment:
        "What the UI knows does not depend on how it looks or what changes it: text/ has what lines are made of.",
      severity: "error",
      from: { path: "^packages/cli/src/tui/state/", pathNot: TESTS },
      to: { path: "^packages/cli/src/tui/", pathNot: "^packages/cli/src/tui/(state/|text/|keys[.]ts$)" },
    },
    {
      name: "ui-frames-do-nothing",
      comment: "A frame follows from what the UI knows: what a key does is in actions/, what listens is a component.",
      severity: "error",
      from: { path: "^packages/cli/src/tui/frame/", pathNot: TESTS },
      to: {
        path: "^packages/cli/src/tui/",
        pathNot: "^packages/cli/src/tui/(frame/|state/|text/|describe-keys[.]ts$)",
      },
    },
    {
      name: "ui-actions-change-state",
      comment: "An action changes what the UI knows, or calls the gateway; the next frame shows it.",
      severity: "error",
      from: { path: "^packages/cli/src/tui/actions/", pathNot: TESTS },
      to: { path: "^packages/cli/src/tui/", pathNot: "^packages/cli/src/tui/(actions/|state/|text/|keys[.]ts$)" },
    },
    {
      name: "lines-are-worked-out",
      comment: "What a line of the UI holds follows from its arguments: take what is needed as one, and do no I/O.",
      severity: "error",
      from: { path: "^packages/cli/src/tui/text/", pathNot: TESTS },
      to: {
        pathNot: [
          "^packages/cli/src/(tui/text|output)/",
          "^packages/(client|protocol)/src/",
          "node_modules/(diff|get-east-asian-width|highlight[.]js|marked)/",
        ],
      },
    },
    {
      name: "wrapper-knows-only-protocol",
      comment:
        "The wrapper is bundled into the image: share words through packages/protocol, copy a few lines if you must.",
      severity: "error",
      from: { path: "^packages/wrapper/", pathNot: TESTS },
      to: { path: ["^packages/(?!wrapper/|protocol/)", "^@cc-docker/(?!wrapper|protocol)"] },
    },
    {
      name: "tests-see-public-entries-only",
      comment:
        "A promise is kept at the public entry: import `@cc-docker/<package>`, and export there what callers need.",
      severity: "error",
      from: { path: "^tests/" },
      to: { path: "^packages/", dependencyTypes: ["local"] },
    },
    {
      name: "tests-stay-out-of-the-build",
      comment: "What ships imports no test and no conformance suite; move the shared part to a file of its own.",
      severity: "error",
      from: { path: "^packages/[^/]+/src/", pathNot: TESTS },
      to: { path: [`^packages/.*${TESTS}`, "^tests/", "node_modules/vitest/"] },
    },
  ],
  options: {
    doNotFollow: { path: NPM },
    // Only ours: most libraries live in a dist/ too, and what is excluded is not judged.
    exclude: { path: "^packages/[^/]+/dist/" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".js", ".mjs", ".cjs", ".json", ".d.ts"],
    },
  },
};

/**
 * dependency-cruiser reads .ts with the JavaScript API of TypeScript before 7 (`packageExtensions` in
 * pnpm-workspace.yaml provides one). Without it every .ts file is skipped in silence and all rules stay green.
 */
function assertTypeScriptIsRead() {
  const cruiser = realpathSync(join(__dirname, "node_modules/dependency-cruiser"));
  const manifest = require.resolve("typescript/package.json", { paths: [cruiser] });
  const { version } = JSON.parse(readFileSync(manifest, "utf8"));
  if (Number.parseInt(version, 10) >= 7) {
    throw new Error(`dependency-cruiser would use typescript ${version} and see no .ts file; run pnpm install.`);
  }
}
