import { defineConfig } from "vitest/config";

const ENGINE_TESTS = "packages/**/src/**/*.engine.test.ts";

export default defineConfig({
  test: {
    allowOnly: false,
    // What a busy machine may take; a wait that ends sooner says nothing about the code.
    testTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: [
            "packages/**/src/**/*.test.ts",
            "tools/**/*.test.ts",
            "tests/*.test.ts",
            "tests/harness/**/*.test.ts",
          ],
          exclude: ["**/node_modules/**", "**/dist/**", ENGINE_TESTS],
        },
      },
      {
        // A real Docker Engine and the session image are needed. Two files at a time, as they wait as much as they work;
        // a retry would hide the races these tests are for.
        extends: true,
        test: {
          name: "scenarios",
          include: ["tests/scenarios/**/*.test.ts", ENGINE_TESTS],
          exclude: ["**/node_modules/**", "**/dist/**"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
          retry: 0,
        },
      },
    ],
  },
});
