import { expect, it } from "vitest";
import { decided, routes, shop, to } from "./testing";
import { aRequest } from "./testing";
import { routedHeaders } from "./proxy-headers";

function sent(http: object, headers: Readonly<Record<string, string>> = {}, attempt = 1) {
  const { action } = decided(shop(routes(to("v1", http))), { headers });
  if (action.type !== "forward") throw new Error("not forwarded");
  return routedHeaders(headers, action, { path: aRequest().path, attempt });
}
const set = (values: Readonly<Record<string, string>>) => ({
  headers: { request: { set: values } },
});
const TRY = { "x-envoy-attempt-count": "1" };

it.each([
  ["100%%", "100%"],
  ["%REQ(X-User)%", "jason"],
  ["<%REQ(x-none?x-user):3%>", "<jas>"],
  ["%REQ(:path)% %REQ(:METHOD)% %REQ(:authority)% %REQ(:scheme)%", "/ GET reviews:9080 http"],
  ["%PROTOCOL% %HOSTNAME%", "HTTP/1.1 web-v1"],
  ["%START_TIME%", "%START_TIME%"],
])("a header set to %s is %s", (value, expected) =>
  expect(sent(set({ "x-set": value }), { "x-user": "jason" })["x-set"]).toBe(expected),
);

it("is not set to what a command does not find", () =>
  expect(sent(set({ "x-set": "%REQ(x-none)%" }))).toEqual(TRY));

it("tells which try it is unless the route takes that away", () => {
  const remove = { headers: { request: { remove: ["x-envoy-attempt-count"] } } };
  expect(sent({})).toEqual(TRY);
  expect(sent(remove)).toEqual({});
  expect(sent(remove, {}, 2)).toEqual({ "x-envoy-attempt-count": "2" });
});

it("tells the host that was there when it was last changed", () => {
  const route = [
    { destination: { host: "reviews", subset: "v1" }, weight: 1 },
    { destination: { host: "reviews", subset: "v2" }, weight: 0 },
  ];
  const named = (host: string) => ({ headers: { request: { set: { host } } } });
  const rewrite = { rewrite: { authority: "route.test" } };
  const host = (http: object) => sent(http)["x-envoy-original-host"];
  expect(host(rewrite)).toBe("reviews:9080");
  expect(host({ ...rewrite, route: [{ ...route[0], ...named("d.test") }, route[1]] })).toBe(
    "d.test",
  );
  expect(host({ ...rewrite, route: [{ ...route[0], ...named("d.test") }] })).toBe("reviews:9080");
});
