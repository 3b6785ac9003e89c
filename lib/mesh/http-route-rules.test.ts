import { expect, test } from "vitest";
import { convertedGrpcRules } from "./grpc-route-rules";
import { convertedRules } from "./http-route-rules";

const route = {
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "HTTPRoute",
  metadata: { name: "reviews", namespace: "shop" },
};
const everywhere = () => true;

test("an HTTP rule without matches takes every path, as one with an empty match does", () => {
  const of = (rule: object) => convertedRules(route, [rule], everywhere)[0];
  expect(of({})?.http.match).toEqual([{ uri: { prefix: "/" } }]);
  expect(of({ matches: [{}] })?.http.match).toEqual(of({})?.http.match);
  expect(of({})?.matchPath).toBe("spec.rules[0]");
  expect(of({ matches: [{}] })?.matchPath).toBe("spec.rules[0].matches[0]");
});

test("a gRPC rule without matches asks for nothing", () => {
  expect(convertedGrpcRules(route, [{}], everywhere)[0]?.http.match).toEqual([{}]);
});
