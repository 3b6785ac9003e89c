import { describe, expect, it } from "vitest";
import { cors } from "./cors";
import { aRequest, decided, routes, shop, to } from "./testing";

const ORIGIN = "https://a.test";
const policy = {
  allowOrigins: [{ exact: ORIGIN }],
  allowMethods: ["GET", "POST"],
  allowHeaders: ["x-a", "x-b"],
  exposeHeaders: ["x-c"],
  maxAge: "1h30m",
  allowCredentials: true,
};
const preflight = (origin: string) => ({
  method: "OPTIONS",
  headers: {
    origin,
    "access-control-request-method": "PUT",
    "access-control-request-headers": "x-z",
  },
});

describe("a CORS policy", () => {
  it("answers a preflight by itself", () => {
    const { action, routeName, cluster } = decided(shop(routes(to("v1", { corsPolicy: policy }))), {
      ...preflight(ORIGIN),
    });
    expect(action).toMatchObject({
      type: "answer",
      status: 200,
      details: "cors_response",
      flags: [],
      headers: {
        "access-control-allow-origin": ORIGIN,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "GET,POST",
        "access-control-allow-headers": "x-a,x-b",
        "access-control-expose-headers": "x-c",
        "access-control-max-age": "5400",
      },
    });
    expect([routeName, cluster]).toEqual(["", "outbound|9080|v1|reviews.shop.svc.cluster.local"]);
  });

  it("tells whoever asks simply which origin may read the answer", () => {
    const asked = { headers: { origin: ORIGIN } };
    expect(decided(shop(routes(to("v1", { corsPolicy: policy }))), asked).action).toMatchObject({
      type: "forward",
      corsHeaders: {
        "access-control-allow-origin": ORIGIN,
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "x-c",
      },
    });
  });

  it.each([
    ["FORWARD", false, {}],
    [undefined, false, {}],
    ["IGNORE", true, { "access-control-allow-methods": "GET" }],
  ])("does with a preflight of a foreign origin as %s says", (unmatched, answers, headers) => {
    const given = { ...policy, allowHeaders: [], maxAge: undefined, allowCredentials: false };
    const mine = { ...given, allowMethods: ["GET"], unmatchedPreflights: unmatched };
    expect(cors(mine as never, aRequest(preflight("https://b.test")))).toEqual({
      preflight: answers,
      headers,
    });
  });

  it("repeats what was asked for where it allows everything", () => {
    const all = { allowOrigins: [{ exact: "*" }], allowMethods: ["*"], allowHeaders: ["*"] };
    expect(cors(all, aRequest(preflight("https://b.test"))).headers).toEqual({
      "access-control-allow-origin": "https://b.test",
      "access-control-allow-methods": "PUT",
      "access-control-allow-headers": "x-z",
    });
  });

  it("leaves alone what is no request of a browser's, and no preflight", () => {
    expect(cors(policy, aRequest())).toEqual({ preflight: false, headers: {} });
    const options = { method: "OPTIONS", headers: { origin: ORIGIN } };
    expect(cors(policy, aRequest(options)).preflight).toBe(false);
  });

  it("goes for nothing that the proxy answers by itself", () => {
    const redirect = { redirect: { uri: "/" }, corsPolicy: policy };
    const { action } = decided(shop(routes(redirect)), { headers: { origin: ORIGIN } });
    expect(Object.keys((action as { headers: object }).headers)).toEqual(["location"]);
  });

  it("comes after faults", () => {
    const aborted = {
      fault: { abort: { httpStatus: 418, percentage: { value: 100 } } },
      corsPolicy: policy,
    };
    const { action } = decided(shop(routes(to("v1", aborted))), preflight(ORIGIN));
    expect(action).toMatchObject({ status: 418, headers: {} });
  });
});
