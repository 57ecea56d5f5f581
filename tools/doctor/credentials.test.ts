import { describe, expect, it } from "vitest";
import { checkCredentials } from "./credentials.ts";

describe("the doctor", () => {
  it("names the credential it found and never its value", () => {
    const finding = checkCredentials({ ANTHROPIC_API_KEY: "sk-secret" });
    expect(finding).toEqual({ level: "ok", what: "credential: ANTHROPIC_API_KEY is set" });
    expect(JSON.stringify(finding)).not.toContain("sk-secret");
  });

  it("takes an empty credential for none, which works, with the scripted model", () => {
    expect(checkCredentials({ ANTHROPIC_API_KEY: "" }).level).toBe("warn");
  });
});
