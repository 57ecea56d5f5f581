import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { createHttpFetch, httpFetch } from "./http-fetch.ts";

async function serve(listener: (...call: Parameters<RequestListener>) => void | Promise<void>) {
  const server = createServer((...call) => void listener(...call)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, [Symbol.asyncDispose]: stop };
}

describe("a request of ccd", () => {
  it("carries method, headers and body, and brings status, headers and text", async () => {
    await using server = await serve(async (request, response) => {
      const said = [request.method, request.headers["x-one"], await text(request)].join(" ");
      response.writeHead(418, { "content-type": "text/plain" }).end(said);
    });
    const answer = await httpFetch(server.url, { method: "POST", headers: { "x-one": "1" }, body: "ä" });
    expect([answer.status, answer.ok, answer.headers.get("content-type")]).toEqual([418, false, "text/plain"]);
    expect(answer.headers.get("x-none")).toBeNull();
    expect(await answer.text()).toBe("POST 1 ä");
  });

  it("gives a body as it comes, and an error where the connection breaks in it", async () => {
    await using server = await serve((_request, response) => {
      response.write("one");
      setImmediate(() => response.destroy());
    });
    const reader = (await httpFetch(server.url)).body?.getReader();
    const read = async () => {
      for (;;) if ((await reader?.read())?.done !== false) return;
    };
    await expect(read()).rejects.toThrow(/aborted|terminated|reset/i);
  });

  it("has one body, however often it is looked at", async () => {
    await using server = await serve((_request, response) => void response.end("one"));
    const answer = await httpFetch(server.url);
    expect(answer.body).toBe(answer.body);
  });

  it("that is refused says why in its cause", async () => {
    const gone = await serve(() => undefined);
    await gone[Symbol.asyncDispose]();
    await expect(httpFetch(gone.url)).rejects.toMatchObject({
      message: "fetch failed",
      cause: { code: "ECONNREFUSED" },
    });
  });

  it("that is aborted rejects with the reason, before and after it is sent", async () => {
    await expect(httpFetch("http://127.0.0.1:9/", { signal: AbortSignal.abort("early") })).rejects.toBe("early");
    const controller = new AbortController();
    await using server = await serve(() => controller.abort("late"));
    await expect(httpFetch(server.url, { signal: controller.signal })).rejects.toBe("late");
  });

  it("ends its body with the signal", async () => {
    const controller = new AbortController();
    await using server = await serve((_request, response) => void response.write("one"));
    const reader = (await httpFetch(server.url, { signal: controller.signal })).body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    controller.abort();
    await expect(reader?.read()).rejects.toThrow(/abort/i);
  });

  it("that nothing is said to ends with a TimeoutError, before the answer and in the midst of it", async () => {
    await using server = await serve(async (request, response) => {
      if ((await text(request)) === "begin") response.write("one");
    });
    const impatient = createHttpFetch(() => 50);
    await expect(impatient(server.url)).rejects.toMatchObject({ name: "TimeoutError" });
    const begun = await impatient(server.url, { method: "POST", body: "begin" });
    await expect(begun.text()).rejects.toMatchObject({ message: expect.stringContaining("nothing came for 0.05 s") });
  });
});
