import { openTestEngine, SESSION_IMAGE } from "../../ports/runtime/drivers/docker/engine.test-helper.ts";
import { testLink } from "./link.conformance.ts";

testLink({ name: "docker, socket", image: SESSION_IMAGE, open: () => openTestEngine({ link: "socket" }) });
testLink({ name: "docker, exec", image: SESSION_IMAGE, open: () => openTestEngine({ link: "exec" }) });
