import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { openTestRest } from "./rest/rest.test-helper.ts";

/** @returns all that comes back until the gateway hangs up */
async function speak(url: string, text: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  let answer = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => (answer += chunk));
  socket.on("error", () => undefined); // a reset ends it as well
  socket.write(text);
  await once(socket, "close");
  return answer;
}

const POST = "POST /api/v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
const END = "\r\n\r\n";

describe("what is no request", () => {
  it.each([
    ["garbage", `\u0000\u0001garbage${END}`, 400],
    ["two lengths", `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2${END}xx`, 400],
    [
      "a length and chunks",
      `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked${END}0${END}`,
      400,
    ],
    ["a line feed in a header", `GET / HTTP/1.1\r\nHost: localhost\r\nX: a\nb: c\u0000${END}`, 400],
    ["headers of 20 KB", `GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${"x".repeat(20_000)}${END}`, 431],
  ])("but %s is refused in the error table's words, and hung up on", async (_what, text, status) => {
    await using t = await openTestRest();
    const answer = await speak(t.url, text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(answer.slice(answer.indexOf(END)))).toMatchObject({ error: { code: "REQUEST_INVALID" } });
    expect((await fetch(`${t.url}/health`)).status).toBe(200);
    expect(t.errors).toEqual([]);
    const [, id] = /x-request-id: (\S+)/i.exec(answer) ?? [];
    expect(t.lines).toContainEqual(
      expect.objectContaining({ level: "info", request_id: id, status, code: "REQUEST_INVALID" }),
    );
    expect((await t.meter.render()).text).toContain('cc_docker_refusals_total{code="REQUEST_INVALID"} 1');
  });

  it.each([
    ["nothing", "", ""],
    ["a head piece by piece", "GET /health HTTP/1.1\r\nHost: localhost\r\n", "X-A: b\r\n"],
    ["an upgrade's head piece by piece", "GET /trpc HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n", "X: y\r\n"],
    ["a body piece by piece", `${POST}Content-Length: 1000000${END}`, "x"],
  ])("but %s is given so much time, however busy its sender is, and hung up on", async (_what, first, more) => {
    await using t = await openTestRest("ann", {
      requestTimes: { headWithinMs: 300, wholeWithinMs: 600, lookEveryMs: 50 },
    });
    const sender = connect(Number(new URL(t.url).port), "127.0.0.1");
    onTestFinished(() => void sender.destroy());
    sender.on("error", () => undefined); // a reset ends it as well
    sender.resume().write(first);
    const dripping = setInterval(() => sender.write(more), 20);
    onTestFinished(() => clearInterval(dripping));
    await once(sender, "close");
    expect((await fetch(`${t.url}/health`)).status).toBe(200);
    expect(t.errors).toEqual([]);
  });

  it("counts and names a path that cannot be read", async () => {
    await using t = await openTestRest();
    for (const path of ["/trpc/%zz", "/api/v1/sessions/%zz"]) {
      const answer = await fetch(`${t.url}${path}`, { headers: { "x-request-id": "mine-1" } });
      expect(answer.status).toBe(400);
      expect(answer.headers.get("x-request-id")).toBe("mine-1");
    }
    expect((await t.meter.render()).text).toContain('cc_docker_refusals_total{code="REQUEST_INVALID"} 2');
    expect(t.lines.map(({ level, request_id: id, code }) => [level, id, code])).toEqual(
      Array(2).fill(["info", "mine-1", "REQUEST_INVALID"]),
    );
  });
});
