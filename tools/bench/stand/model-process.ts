/** The scripted model in a process of its own, so that it takes no time from whoever is measured. Ends with its parent. */
import { startScriptedModel } from "@cc-docker/server/scripted-model";
import { endWithParent } from "./end-with-parent.ts";

const host = process.argv[2];
const model = await startScriptedModel({ journalSize: 2, ...(host !== undefined && { host }) });
endWithParent();
process.send?.(model.url);
