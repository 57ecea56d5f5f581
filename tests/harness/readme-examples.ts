/** The programs in the client's README, with what they are said to print. */
export type Example = { title: string; code: string; output: string };

/** Of each section that has one, the block of `ts` and the block of `text` behind it. */
export function readExamples(markdown: string): Example[] {
  return markdown.split(/^## /m).flatMap((section) => {
    const [title = ""] = section.split("\n", 1);
    const code = /^```ts\n(.*?)^```$/ms.exec(section)?.[1];
    const output = /^```text\n(.*?)^```$/ms.exec(section)?.[1];
    return code === undefined ? [] : [{ title, code, output: output ?? "" }];
  });
}
