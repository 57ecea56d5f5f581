/** What a view keeps of what agents may write without end. Characters are UTF-16 code units. */
export const VIEW_LIMITS = {
  /** Of one text, thought, prompt or piece of tool input: the rest is cut off. */
  textChars: 200_000,
  /** Of a tool's output: the middle is cut out. */
  outputChars: 100_000,
  /** Of a tool call's input, all strings together; and of an approval's, which is kept whole: the gateway asks no more. */
  inputChars: 1024 * 1024,
  /** Deeper is left out of an input. */
  inputDepth: 50,
  /** Names and ids. */
  nameChars: 200,
  /** Words of errors, summaries and todos. */
  wordsChars: 10_000,
  todos: 200,
  /** Parts of one patch, and lines of it in all. */
  patchHunks: 200,
  patchLines: 5_000,
  /** Turns with their timelines; spans of one. */
  turns: 200,
  spans: 500,
  activitySamples: 120,
  /** At one time: what streams, runs, waits or is asked. The oldest are given up first. */
  atOnce: 500,
} as const;
