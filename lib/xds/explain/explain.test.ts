import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aMesh, anObject, aService } from "@/lib/mesh/testing";
import { explain } from "./explain";
import { RESPONSE_FLAGS } from "./response-flags";

const MESH = aMesh(
  aService("shop/reviews"),
  anObject("VirtualService", "shop/reviews", { hosts: ["reviews"] }),
  anObject("DestinationRule", "shop/pool", { host: "reviews.shop.svc.cluster.local" }),
  anObject("DestinationRule", "shop/other", { host: "ratings" }),
  anObject("AuthorizationPolicy", "shop/closed"),
);
const CLUSTER = "outbound|9080|v1|reviews.shop.svc.cluster.local";
const line = (status: number, flags: string, details: string, failure = "-") =>
  `[2026-12-01T10:00:00.000Z] "GET /a?b=1 HTTP/1.1" ${status} ${flags} ${details} - "${failure}" 0 81 3 - "-" "curl/8" "4f-1" "reviews:9080" "10.0.0.1:9080" ${CLUSTER} 10.0.0.2:4 10.96.0.1:9080 10.0.0.2:5 - default`;

describe("explain", () => {
  test("an access-log line: its flags, with the objects of its host", () => {
    const { form, line: read, explanations } = explain(line(503, "UO", "overflow"), MESH);
    expect(form).toBe("access log");
    expect(read).toMatchObject({
      method: "GET",
      path: "/a?b=1",
      cluster: CLUSTER,
      route: "default",
    });
    expect(explanations).toMatchObject([
      { about: "UO", objects: [{ kind: "DestinationRule", namespace: "shop", name: "pool" }] },
    ]);
    expect(explanations[0]?.meaning).toContain("circuit breaker");
  });

  test("the policy that denied is named by its key", () => {
    const details = "rbac_access_denied_matched_policy[ns[shop]-policy[closed]-rule[0]]";
    expect(explain(line(403, "-", details), MESH).explanations).toMatchObject([
      { objects: [{ kind: "AuthorizationPolicy", namespace: "shop", name: "closed" }] },
    ]);
  });

  test("several flags, and why the connection failed", () => {
    const found = explain(line(503, "UF,URX", "x", "TLS_error:|268435703:SSL routines"), MESH);
    expect(found.explanations.map(({ about }) => about)).toEqual([
      ...["UF", "URX", "TLS_error:|268435703:SSL routines"],
    ]);
  });

  test("an error without a flag is the application's", () => {
    expect(explain(line(500, "-", "via_upstream"), MESH).explanations[0]?.meaning).toContain(
      "application itself",
    );
    expect(explain(line(200, "-", "via_upstream"), MESH).explanations[0]?.meaning).toContain(
      "was carried",
    );
  });

  test("the same in JSON, and connections without requests", () => {
    const json = JSON.stringify({
      ...{ response_code: 0, response_flags: "UH", upstream_cluster: CLUSTER, method: null },
    });
    expect(explain(json, MESH)).toMatchObject({
      line: { status: 0, flags: ["UH"] },
      explanations: [{ about: "UH", objects: [{ name: "pool" }, { kind: "Service" }] }],
    });
    const tcp = line(0, "UF", "-").replace('"GET /a?b=1 HTTP/1.1"', '"- - -"');
    expect(explain(tcp, MESH).line).toMatchObject({ method: "", status: 0 });
  });

  test("flags alone, a refusal from istiod's log, and what is neither", () => {
    expect(explain("NR, UT", MESH)).toMatchObject({
      form: "response flags",
      explanations: [{ about: "NR" }, { about: "UT" }],
    });
    const log =
      "warn delta ADS:LDS: ACK ERROR web.shop-1 Internal:Error adding/updating listener(s) 0.0.0.0_80: script load error: x";
    expect(explain(log, MESH)).toMatchObject({
      form: "refusal",
      explanations: [{ about: "0.0.0.0_80", cause: "script load error: x" }],
    });
    expect(explain("QQ", MESH).form).toBe("nothing");
    expect(explain("hello", MESH).form).toBe("nothing");
  });

  test("every flag says what it means and what to do; any text is taken", () => {
    for (const { meaning, cause, next } of Object.values(RESPONSE_FLAGS)) {
      expect([meaning, cause, next].every((sentence) => sentence.endsWith("."))).toBe(true);
    }
    fc.assert(fc.property(fc.string(), (text) => void explain(text, MESH)));
  });
});
