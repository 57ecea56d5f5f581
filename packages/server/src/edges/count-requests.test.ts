import { expect, it } from "vitest";
import { openTestRest } from "./rest/rest.test-helper.ts";

it.each([
  ["a query alone", "/trpc/sessions.get?input=7", "/trpc/sessions.get"],
  ["a mutation asked for as a query", "/trpc/sessions.create", "/trpc/sessions.create"],
  ["several in a batch", "/trpc/sessions.get,sessions.list?batch=1", "/trpc/batch"],
  ["what is no procedure", "/trpc/one.of-very-many", "none"],
  ["what is nowhere", "/one-of-very-many", "none"],
  ["a session over REST", "/api/v1/sessions/one-of-very-many", "/api/v1/sessions/:session_id"],
])("requests are counted by what was asked for, of which there are few: %s", async (_what, path, endpoint) => {
  await using t = await openTestRest();
  await (await fetch(`${t.url}${path}`, { headers: { authorization: `Bearer ${t.token}` } })).text();
  await expect
    .poll(async () => (await t.meter.render()).text)
    .toContain(`cc_docker_requests_total{endpoint="${endpoint}",method="GET"`);
});
