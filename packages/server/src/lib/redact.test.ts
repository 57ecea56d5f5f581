import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { createRandom } from "./random.ts";
import { createRedactor } from "./redact.ts";

const KEY = "sk-ant-canary-0123456789";
const ODD = 'pass"wört\\🎉/ä';
const stars = (text: string) => "*".repeat(Buffer.byteLength(text));

async function redactChunks(secrets: string[], chunks: readonly Buffer[]): Promise<string> {
  const stream = createRedactor(secrets).stream();
  return (await buffer(Readable.from(chunks, { objectMode: false }).pipe(stream))).toString();
}

function cut(text: string, places: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text);
  const ends = [0, ...new Set(places)].toSorted((a, b) => a - b);
  return ends.map((from, index) => bytes.subarray(from, ends[index + 1])).filter(({ length }) => length > 0);
}

describe("a redactor", () => {
  it("masks each secret in a text, and leaves all else as it is", () => {
    const { text } = createRedactor([KEY, ODD]);
    expect(text(`é ${KEY}${KEY} ${ODD}.`)).toBe(`é ${stars(KEY)}${stars(KEY)} ${stars(ODD)}.`);
    const clean = `nothing of ${KEY.slice(0, -1)} \ud83c`;
    expect(text(clean)).toBe(clean);
  });

  it("knows secrets in JSON and in addresses", () => {
    const { text } = createRedactor([ODD]);
    for (const spelled of [JSON.stringify({ a: ODD }), `?a=${encodeURIComponent(ODD)}&b`]) {
      expect(text(spelled)).not.toMatch(/pass|w(ö|%C3)/);
      expect(text(spelled)).toMatch(/\*{10}/);
    }
  });

  it("knows a secret from when it is told, and none that is too short", () => {
    const redactor = createRedactor(["short"]);
    expect(redactor.text(`short ${KEY}`)).toBe(`short ${KEY}`);
    redactor.add(KEY);
    expect(redactor.text(`short ${KEY}`)).toBe(`short ${stars(KEY)}`);
  });

  it("masks a secret in a stream that is cut at any byte, also at each", async () => {
    const said = `ä${KEY}🎉 ${ODD}${KEY}é`;
    const wanted = `ä${stars(KEY)}🎉 ${stars(ODD)}${stars(KEY)}é`;
    const length = Buffer.byteLength(said);
    for (let at = 1; at < length; at += 1) expect(await redactChunks([KEY, ODD], cut(said, [at]))).toBe(wanted);
    expect(await redactChunks([KEY, ODD], cut(said, [...Array(length).keys()]))).toBe(wanted);
  });

  it("says of a stream what it says of the whole text, however it is cut and whatever secrets overlap", async () => {
    const random = createRandom(20_260_115, "redact");
    const letters = ["a", "b", "ab", "é", "\n"] as const;
    const word = (min: number, max: number) =>
      Array.from({ length: random.between(min, max) }, () => random.pick(letters)).join("");
    for (let round = 0; round < 500; round += 1) {
      const secrets = Array.from({ length: 3 }, () => word(6, 12).replaceAll("\n", "b").padEnd(8, "a"));
      const said = Array.from({ length: 8 }, () =>
        random.next() < 0.5 ? word(0, 9) : random.pick(secrets as [string]),
      ).join("");
      const places = Array.from({ length: random.between(0, 12) }, () => random.between(0, Buffer.byteLength(said)));
      const streamed = await redactChunks(secrets, cut(said, places));
      expect(streamed, JSON.stringify({ secrets, said, places })).toBe(createRedactor(secrets).text(said));
      expect(Buffer.byteLength(streamed)).toBe(Buffer.byteLength(said));
    }
  });

  it("holds back less than a secret, and never the end of a line", () => {
    const stream = createRedactor([KEY]).stream();
    const pass = (text: string) => {
      stream.write(text);
      return String(stream.read() ?? "");
    };
    expect(pass(`a line\n`)).toBe("a line\n");
    expect(pass(`text ${KEY.slice(0, -1)}`)).toBe("text ");
    expect(pass("\n")).toBe(`${KEY.slice(0, -1)}\n`);
    expect(pass("sk-")).toBe("");
    stream.end();
    expect(String(stream.read())).toBe("sk-");
  });
});
