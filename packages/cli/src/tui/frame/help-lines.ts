/** Every key there is, in sections. Pure. */
import { describeKeys } from "../describe-keys.ts";
import { type Line, span } from "../text/line.ts";
import { fit } from "./fit-line.ts";

const KEY_COLUMNS = 26;

export function helpLines(columns: number): Line[] {
  return describeKeys().flatMap(({ title, rows }) => [
    [span(title, "heading")],
    ...rows.map(({ keys, does }) => {
      const names = fit([span(`  ${keys.join(", ")}`, "code")], KEY_COLUMNS);
      return fit([...names, span(does, undefined)], columns);
    }),
    [],
  ]);
}
