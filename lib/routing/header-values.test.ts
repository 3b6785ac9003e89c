import { describe, expect, it } from "vitest";
import { routedHeaders } from "./proxy-headers";
import { aRequest, decided, routes, shop, to } from "./testing";

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

describe("what a route does to answers goes for those of its proxy, too", () => {
  const response = (value: string) => ({ headers: { response: { set: { "x-by": value } } } });
  const one = (subset: string) => ({
    destination: { host: "reviews", subset },
    ...response("destination"),
  });
  const answered = (http: object) => {
    const { action } = decided(shop(routes({ ...response("route"), ...http })));
    if (action.type !== "answer") throw new Error("not answered");
    return action.headers["x-by"];
  };
  const abort = { fault: { abort: { httpStatus: 500, percentage: { value: 100 } } } };
  const several = (subset: string) => [one(subset), { ...one("v1"), weight: 0 }];
  it("where there is no cluster", () => {
    expect(answered({ route: [one("nope")] })).toBe("destination");
    expect(answered({ route: several("nope").map((it) => ({ weight: 1, ...it })) })).toBe("route");
  });
  it("where a fault ends the request", () => {
    expect(answered({ ...abort, route: [one("v1")] })).toBe("destination");
    expect(answered({ ...abort, route: several("v2").map((it) => ({ weight: 1, ...it })) })).toBe(
      "route",
    );
  });
});

it("an answer that something was created says where it is", () => {
  const { action } = decided(shop(routes({ directResponse: { status: 201 } })), { path: "/a?q=1" });
  expect(action).toMatchObject({ headers: { location: "http://reviews:9080/a?q=1" } });
});
