import { expect, test } from "vitest";
import { AppError } from "@/lib/base/errors";
import { instant } from "@/lib/base/units";
import { jsonLogger } from "./log";

function logged(fields: Record<string, unknown>, message = "hello") {
  const lines: string[] = [];
  const clock = { now: () => instant(0), sleep: () => Promise.resolve() };
  jsonLogger(clock, (line) => lines.push(line)).warn(fields, message);
  expect(lines).toHaveLength(1);
  return lines[0]!;
}

test("a line is one JSON object with time, level and message", () => {
  expect(JSON.parse(logged({ kind: "Pod", count: 3 }))).toEqual({
    time: "1970-01-01T00:00:00.000Z",
    level: "warn",
    message: "hello",
    kind: "Pod",
    count: 3,
  });
});

test("line breaks and terminal codes stay inside one harmless line", () => {
  const evil = '\r\n{"level":"error"}\u001b[2J\u009b31m\u2028';
  const line = logged({ name: evil, message: "posing", level: "posing" }, evil);
  expect(line.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028]/);
  expect(JSON.parse(line)).toMatchObject({ message: evil, name: evil, level: "warn" });
});

test("secrets are left out, by the name of the field and inside texts", () => {
  const line = logged({
    authorization: "SENTINEL",
    nested: { clientToken: "SENTINEL", list: [{ password: "SENTINEL" }] },
    text: "sent Bearer SENTINEL to https://user:SENTINEL@prometheus/ and eyJSENTINEL.abc.def",
    error: new AppError("unavailable", "Bearer SENTINEL", { cause: new Error("Basic SENTINEL==") }),
  });
  expect(line).not.toContain("SENTINEL");
  expect(line).toContain("[redacted]");
});

test("errors come with their cause; circles end", () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  const line = logged({ err: new Error("a", { cause: new Error("b") }), circle });
  expect(JSON.parse(line)).toMatchObject({ err: { message: "a", cause: { message: "b" } } });
  expect(line).toContain("[deep]");
});
