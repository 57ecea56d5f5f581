import { describe, expect, it } from "vitest";
import { countTests, type VitestReport } from "./vitest.ts";

const report = (passed: number, failed: number, files: VitestReport["testResults"] = []): VitestReport => ({
  numPassedTests: passed,
  numFailedTests: failed,
  testResults: files,
});

describe("the count of a test run", () => {
  it("is what vitest counted", () => {
    const files = [{ name: "a", status: "failed", assertionResults: [{ status: "failed" }, { status: "passed" }] }];
    expect(countTests(report(7, 1, files), 1)).toEqual({ passed: 7, failed: 1 });
  });

  it("has one failure for a file that could not be loaded", () => {
    const files = [{ name: "a", status: "failed", assertionResults: [] }];
    expect(countTests(report(7, 0, files), 1)).toEqual({ passed: 7, failed: 1 });
  });

  it("has one failure when vitest ends badly although every test passed", () => {
    expect(countTests(report(7, 0), 1)).toEqual({ passed: 7, failed: 1 });
  });

  it("has one failure when there is no report", () => {
    expect(countTests(undefined, 0)).toEqual({ passed: 0, failed: 1 });
  });
});
