import { describe, expect, it } from "vitest";
import { parseDebianMirror } from "./debian-mirror.ts";

describe("the mirror debootstrap takes", () => {
  it("is the one of Debian's main archive, not that of security updates or of other vendors", () => {
    const targets = [
      "http://a.example/ Other/Other",
      "http://b.example/ Debian/Debian-Security",
      "http://c.example/debian/ Debian/Debian",
      "",
    ];
    expect(parseDebianMirror(targets.join("\n"))).toBe("http://c.example/debian/");
  });

  it("is debootstrap's own choice on a machine that has none", () => {
    expect(parseDebianMirror("")).toBeUndefined();
  });
});
