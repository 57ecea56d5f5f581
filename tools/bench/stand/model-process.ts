/** The scripted model in a process of its own, so that it takes no time from whoever is measured. Ends with its parent. */
import { startScriptedModel } from "@cc-docker/server/scripted-model";

const host = process.argv[2];
const model = await startScriptedModel({ journalSize: 2, ...(host !== undefined && { host }) });
process.on("disconnect", () => process.exit(0));
process.on("SIGINT", () => undefined); // Ctrl-C is the bench's business
process.send?.(model.url);
