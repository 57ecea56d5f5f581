import { Argument, Option } from "commander";
import { defineCommand, type Json, SESSION } from "../../command.ts";
import { type Io, withoutColours } from "../../io.ts";

type AttachInput = { session?: string; plain?: true } & Json;

export const attachCommand = defineCommand<AttachInput>({
  name: "attach",
  group: "sessions",
  summary: "open the terminal UI, on your sessions or on one of them; `ccd` alone does so too",
  details:
    "Sessions go on when you leave. `?` shows every key, and what to press where Option is not Meta. NO_COLOR takes the colours away, COLORFGBG or CC_DOCKER_THEME tell light from dark.",
  arguments: [new Argument("[session]", `${SESSION}; all of them when absent`)],
  options: [
    new Option(
      "--plain",
      "lines for screen readers, on the terminal's own screen: your sessions and what changes, and a chat in the one you open; where nobody types, a table",
    ),
  ],
  json: "print every event, or session, as a line of JSON, as with --plain",
  examples: [
    { line: "ccd attach", does: "your sessions, live" },
    { line: "ccd attach 3d9a", does: "one of them" },
    { line: "ccd attach --plain 3d9a", does: "a chat in it, in lines, on the terminal's own screen" },
    { line: "ccd attach --plain", does: "your sessions in lines: each change is one, and a number opens a session" },
  ],
  run: async (input, io) => (input.plain || input.json ? attachPlain(input, io) : attach(input, io)),
});

async function attach({ session }: AttachInput, io: Io): Promise<number> {
  const { runUi } = await import("../../tui/run-ui.ts");
  return runUi(session, io);
}

async function attachPlain({ session, json }: AttachInput, coloured: Io): Promise<number> {
  const io = { ...coloured, stdout: withoutColours(coloured.stdout), stderr: withoutColours(coloured.stderr) };
  if (session === undefined && !json && io.screen && io.terminal) {
    const { runPlain } = await import("../../plain/run-plain.ts");
    return runPlain(io, io.screen);
  }
  const { lsCommand } = await import("./ls.ts");
  const { chatCommand } = await import("../prompts/chat.ts");
  const command = session === undefined ? lsCommand : chatCommand;
  return command.run({ ...(session !== undefined && { session }), json } as never, io);
}
