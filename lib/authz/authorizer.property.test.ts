import fc from "fast-check";
import { expect, it } from "vitest";
import type { Arrival } from "@/lib/mesh/arrival";
import { aMesh, anObject, aPod } from "@/lib/mesh/testing";
import { authorizer } from "./authorizer";

const arrival: Arrival = {
  pod: aPod("shop/ratings-v1", { ip: "10.0.0.1" }),
  namespace: "shop",
  labels: { app: "ratings" },
  type: "sidecar",
  port: 9080,
  protocol: "http",
  peer: "spiffe://cluster.local/ns/shop/sa/web",
  sourceIp: "10.0.0.9",
  remoteIp: "10.0.0.9",
  destinationIp: "10.0.0.1",
  sni: undefined,
  method: "GET",
  scheme: "http",
  authority: "ratings",
  path: "/a",
  headers: {},
};

/** Policies of one rule each, of which `fits` says whether it fits the request. */
const policy = fc.record({ action: fc.constantFrom("ALLOW", "DENY", "AUDIT"), fits: fc.boolean() });

it("a DENY that fits wins over every ALLOW, and an ALLOW that fits is needed where there is one", () => {
  fc.assert(
    fc.property(fc.array(policy, { maxLength: 6 }), (policies) => {
      const objects = policies.map(({ action, fits }, index) =>
        anObject("AuthorizationPolicy", `shop/p${index}`, {
          action,
          rules: [{ to: [{ operation: { methods: [fits ? "GET" : "PUT"] } }] }],
        }),
      );
      const admit = authorizer(aMesh(...objects), { verify: () => false, now: () => 0 });
      const ofAction = (action: string) => policies.filter((one) => one.action === action);
      const allows = ofAction("ALLOW");
      const denied = ofAction("DENY").some(({ fits }) => fits);
      const allowed = allows.length === 0 || allows.some(({ fits }) => fits);
      expect(admit(arrival).refusal?.status).toBe(denied || !allowed ? 403 : undefined);
    }),
  );
});
