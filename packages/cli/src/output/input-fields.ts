/** The fields of a tool's input in the order that people read them. Pure. */

/** What a tool does hangs on them: no other field is to push them out of sight. */
const FIRST = ["command", "file_path", "notebook_path", "url", "plan", "questions"];

/** As pairs: of an object whatever looks like a number comes first, in any order it was made in. */
export function inputFields(input: Readonly<Record<string, unknown>>): [name: string, value: unknown][] {
  const first = FIRST.filter((name) => Object.hasOwn(input, name));
  const rest = Object.keys(input).filter((name) => !first.includes(name));
  return [...first, ...rest].map((name) => [name, input[name]]);
}
