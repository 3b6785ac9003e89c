import { expect, test } from "vitest";
import { chunksOf } from "./chunks";

test.each([
  [
    "a: 1\n---\nb: 2\n",
    [
      ["a: 1", 1],
      ["b: 2", 3],
    ],
  ],
  [
    "a: 1\n---  \n\n# c\nb: 2",
    [
      ["a: 1", 1],
      ["# c\nb: 2", 4],
    ],
  ],
  ["a: 1\n--- # no separator\nb: 2", [["a: 1\n--- # no separator\nb: 2", 1]]],
  ["---\na: 1\n", [["---\na: 1", 2]]],
  [
    "\r\na: 1\r\n---\r\nb: 2",
    [
      ["a: 1", 2],
      ["b: 2", 4],
    ],
  ],
  ["\n\n", []],
])("%j", (text, chunks) => {
  expect(chunksOf(text).map((chunk) => [chunk.text, chunk.line])).toEqual(chunks);
});
