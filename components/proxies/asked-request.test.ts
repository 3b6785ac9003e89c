import { expect, test } from "vitest";
import { askedRequest } from "./asked-request";

test.each([
  ["reviews:9080", { method: "GET", protocol: "http", host: "reviews", port: 9080, path: "/" }],
  ["post http://a.b/c?d=1", { method: "POST", host: "a.b", port: 80, path: "/c?d=1" }],
  ["https://a.b", { protocol: "tls", host: "a.b", port: 443 }],
  ["tcp://db:3306", { protocol: "tcp", port: 3306 }],
])("%s", (line, request) => {
  expect(askedRequest(line, "")).toMatchObject(request);
});

test.each(["", "GET", "tcp://db", "a:0", "a:70000", "a b c"])("%j asks for nothing", (line) => {
  const asked = askedRequest(line, "");
  expect(line === "GET" ? asked?.host : asked).toBe(line === "GET" ? "GET" : undefined);
});

test("headers stand after a colon or an equals sign, names in lower case", () => {
  expect(askedRequest("a", "End-User: jason; x-a=1;; broken")?.headers).toEqual({
    "end-user": "jason",
    "x-a": "1",
  });
});
