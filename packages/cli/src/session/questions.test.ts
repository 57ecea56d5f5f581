import { expect, it } from "vitest";
import { readQuestions, toAnswer } from "./questions.ts";

const colours = [
  { label: "Red", description: "warm" },
  { label: "Blue", description: "" },
];
const one = { text: "Which?", options: colours, isMultiple: false };

it("reads questions with what may be chosen", () => {
  const options = [{ label: "Red", description: "warm" }, { label: "Blue" }];
  expect(readQuestions({ questions: [{ question: "Which?", options, multiSelect: false }] })).toEqual([one]);
});

it.each([{}, { questions: 1 }, { questions: [null, 1, {}, { question: 2 }] }])("finds no question in %j", (input) => {
  expect(readQuestions(input)).toEqual([]);
});

it("leaves out what is no label", () => {
  expect(
    readQuestions({ questions: [{ question: "Which?", options: [null, { label: 1 }, { label: "Red" }] }] }),
  ).toEqual([{ text: "Which?", options: [{ label: "Red", description: "" }], isMultiple: false }]);
});

it.each([
  ["2", false, "Blue"],
  [" Blue ", false, "Blue"],
  ["3", false, "3"],
  ["1, 2", false, "1, 2"],
  ["1, 2", true, "Red, Blue"],
  ["something else", true, "something else"],
])("takes %j (several: %s) for %j", (typed, isMultiple, answer) => {
  expect(toAnswer({ ...one, isMultiple }, typed)).toBe(answer);
});
