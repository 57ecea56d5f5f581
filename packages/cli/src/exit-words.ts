import { EXIT_CODES } from "@cc-docker/protocol";

/** Every exit code with what it means, as help and documents say it: "notFound" is "not found". */
export const EXIT_WORDS: readonly (readonly [code: number, words: string])[] = Object.entries(EXIT_CODES).map(
  ([ending, code]) => [code, ending.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)],
);
