import { testBus } from "../bus.conformance.ts";
import { openInProcessBus } from "./in-process.ts";

testBus({ name: "in-process", open: async (options) => openInProcessBus(options) });
