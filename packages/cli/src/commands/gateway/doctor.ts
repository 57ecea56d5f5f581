import { Option } from "commander";
import { defineCommand } from "../../command.ts";
import type { DoctorInput } from "../../doctor/doctor.ts";

export const doctorCommand = defineCommand<DoctorInput>({
  name: "doctor",
  group: "gateway",
  summary: "look whether ccd, gateway, token and engine are well, and say what mends each",
  details:
    "Ends with 5 when something is not. `--start` also starts a session, which shows that image and containers are.",
  options: [new Option("--start", "start a session without a prompt, and remove it again")],
  json: 'print `{"ok", "findings": [{"level", "what", "fix"}]}`',
  examples: [{ line: "ccd doctor --start", does: "everything but the model" }],
  run: async (input, io) => (await import("../../doctor/doctor.ts")).doctor(input, io),
});
