/** The scripted model in a process of its own, so that it outlives gateways. Ends with its parent. */
import { startScriptedModel } from "@cc-docker/server/scripted-model";
import { createModelCallReader, type ModelCall } from "../../../tests/harness/history/model-calls.ts";

const EVERY_MS = 100; // far more often than the journal forgets

const model = await startScriptedModel();
const read = createModelCallReader(model.journal);
const calls: ModelCall[] = [];
const collect = () => void calls.push(...read());
setInterval(collect, EVERY_MS);
process.on("message", () => {
  collect();
  process.send?.(calls);
});
process.on("disconnect", () => process.exit(0));
process.on("SIGINT", () => undefined); // Ctrl-C is the parent's business
process.send?.(model.url);
