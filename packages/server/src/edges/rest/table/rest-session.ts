/** A session as REST answers it: with where its WebSocket is. */
import { Session } from "@cc-docker/protocol";
import { z } from "zod";

export const RestSession = Session.extend({
  websocketUrl: z.string().describe("Where its WebSocket is, by the name that the gateway was called by."),
}).describe("One conversation with an agent.");
