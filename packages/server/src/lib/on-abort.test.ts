import { describe, expect, it } from "vitest";
import { onAbort } from "./on-abort.ts";

describe("what is to be done when a signal is aborted", () => {
  it("is done then, once each, whoever else waits for it", () => {
    const stopping = new AbortController();
    const done: string[] = [];
    for (const name of ["one", "two", "three"]) onAbort(stopping.signal, () => done.push(name));
    expect(done).toEqual([]);
    stopping.abort();
    expect(done).toEqual(["one", "two", "three"]);
  });

  it("is done at once when it was aborted before", () => {
    let isDone = false;
    onAbort(AbortSignal.abort(), () => {
      isDone = true;
    })();
    expect(isDone).toBe(true);
  });

  it("is not done when it was forgotten, also by what another does", () => {
    const stopping = new AbortController();
    const done: string[] = [];
    const act = () => void done.push("same");
    onAbort(stopping.signal, act)();
    onAbort(stopping.signal, () => forget());
    const forget = onAbort(stopping.signal, act);
    onAbort(stopping.signal, act);
    stopping.abort();
    expect(done).toEqual(["same"]);
  });
});
