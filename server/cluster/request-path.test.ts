import { expect, test } from "vitest";
import { AppError } from "@/lib/base/errors";
import { containerName, portNumber, requestPath } from "./request-path";

test("objects, collections and subresources have the paths of the Kubernetes API", () => {
  const vs = { kind: "VirtualService", version: "v1" } as const;
  expect(requestPath({ kind: "Pod", version: "v1" })).toBe("/api/v1/pods");
  expect(requestPath({ ...vs, namespace: "" })).toBe(
    "/apis/networking.istio.io/v1/virtualservices",
  );
  expect(requestPath({ ...vs, namespace: "shop", name: "reviews.v1" })).toBe(
    "/apis/networking.istio.io/v1/namespaces/shop/virtualservices/reviews.v1",
  );
  expect(
    requestPath({ kind: "Pod", version: "v1", namespace: "a", name: "b", subresource: "log" }),
  ).toBe("/api/v1/namespaces/a/pods/b/log");
  expect(requestPath({ kind: "Namespace", version: "v1", name: "shop" })).toBe(
    "/api/v1/namespaces/shop",
  );
});

const BAD_NAMES = [
  "",
  ".",
  "..",
  "../x",
  "a/b",
  "a/../../secrets/x",
  "%2e%2e%2f",
  "a%2fb",
  "a?x=1",
  "a#b",
  "a;b",
  "a\u0000",
  "a\n",
  "A",
  "rеviews",
  "web-1/exec?command=id&stdout=true&x=",
  "-a",
  "a".repeat(254),
];

test.each(BAD_NAMES)("%j is no name of a pod, and no path is made of it", (name) => {
  expect(() => requestPath({ kind: "Pod", version: "v1", namespace: "a", name })).toThrow(AppError);
});

test.each([...BAD_NAMES.filter((name) => name !== ""), "a.b"])(
  "%j is no namespace",
  (namespace) => {
    expect(() => requestPath({ kind: "Pod", version: "v1", namespace, name: "a" })).toThrow(
      AppError,
    );
  },
);

test.each(["", "..", "v1/../..", "1", "V1"])("%j is no API version", (version) => {
  expect(() => requestPath({ kind: "Pod", version })).toThrow(AppError);
});

test("a namespace must be where one belongs", () => {
  expect(() => requestPath({ kind: "Pod", version: "v1", name: "a" })).toThrow("without its");
  expect(() => requestPath({ kind: "Node", version: "v1", namespace: "a", name: "b" })).toThrow(
    "has no namespaces",
  );
});

test("ports and containers are checked too", () => {
  expect(portNumber(15_000)).toBe(15_000);
  for (const port of [0, -1, 65_536, 1.5, NaN]) expect(() => portNumber(port)).toThrow(AppError);
  expect(containerName("istio-proxy")).toBe("istio-proxy");
  expect(() => containerName("a&follow=true")).toThrow(AppError);
});
