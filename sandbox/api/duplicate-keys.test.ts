import { describe, expect, it } from "vitest";
import { duplicateKeys } from "./duplicate-keys";

describe("keys given twice", () => {
  it.each([
    ['{"a":1,"b":[{"a":1},{"a":2}]}', []],
    ['{"data":{"a":"1","a":"2"},"data":{"b":"2"}}', ["data.a", "data"]],
    ['{"spec":{"egress":[{"x":{}},{"hosts":["a,b"],"hosts":["{"]}]}}', ["spec.egress[1].hosts"]],
    ['{"a":1,"a":2,"a":3}', ["a"]],
    ['{"a\\"b":"a","c":"a\\"b:","a\\u0022b":1}', ['a"b']],
    ['[[{"a":1}],[{"a":1,"a":1}]]', ["[1][0].a"]],
    ["3", []],
  ])("%s", (text, paths) => {
    expect(duplicateKeys(text)).toEqual(paths);
  });
});
