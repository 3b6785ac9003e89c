import { describe, expect, it, test } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import type { AdmissionStep, Arrival } from "@/lib/mesh/arrival";
import { aMesh, anObject, aPod } from "@/lib/mesh/testing";
import { authorizer } from "./authorizer";

const pod = aPod("shop/ratings-v1", { ip: "10.0.0.1" });
const WEB = "spiffe://cluster.local/ns/shop/sa/web";

const arrival = (more: Partial<Arrival> = {}): Arrival => ({
  pod,
  namespace: "shop",
  labels: { app: "ratings", version: "v1" },
  type: "sidecar",
  port: 9080,
  protocol: "http",
  peer: WEB,
  sourceIp: "10.0.0.9",
  remoteIp: "10.0.0.9",
  destinationIp: "10.0.0.1",
  sni: undefined,
  method: "GET",
  scheme: "http",
  authority: "ratings.shop:9080",
  path: "/a/b?c=d",
  headers: {},
  ...more,
});

const policy = (spec: object, key = "shop/p"): KubeObject =>
  anObject("AuthorizationPolicy", key, spec);

/** What a mesh of these policies answers: the details of a refusal, or `in`. */
function verdict(objects: readonly KubeObject[], more: Partial<Arrival> = {}): string {
  const admit = authorizer(aMesh(...objects), { verify: () => false, now: () => 0 });
  const { refusal } = admit(arrival(more));
  if (!refusal) return "in";
  return /\[(.*)\]$/.exec(refusal.details)?.[1] ?? refusal.details;
}

const denies = (rule: object, more: Partial<Arrival> = {}): boolean =>
  verdict([policy({ action: "DENY", rules: [rule] })], more) !== "in";
const from = (source: object) => ({ from: [{ source }] });
const to = (operation: object) => ({ to: [{ operation }] });
const when = (key: string, values: readonly string[]) => ({ when: [{ key, values }] });

describe("a rule fits", () => {
  it.each<[string, object, Partial<Arrival>, boolean]>([
    ["everything without fields", {}, {}, true],
    ["a principal", from({ principals: ["cluster.local/ns/shop/sa/web"] }), {}, true],
    ["by its beginning", from({ principals: ["cluster.local/ns/shop/*"] }), {}, true],
    ["by its end", from({ principals: ["*/sa/web"] }), {}, true],
    ["any principal", from({ principals: ["*"] }), {}, true],
    ["no principal in plain text", from({ principals: ["*"] }), { peer: undefined }, false],
    ["what is not a principal", from({ notPrincipals: ["*"] }), { peer: undefined }, true],
    ["a namespace", from({ namespaces: ["shop"] }), {}, true],
    ["a namespace by a part", from({ namespaces: ["sh*"] }), {}, true],
    ["no longer namespace", from({ namespaces: ["sho"] }), {}, false],
    ["another namespace", from({ notNamespaces: ["bank"] }), {}, true],
    ["a service account of its own namespace", from({ serviceAccounts: ["web"] }), {}, true],
    ["one of another", from({ serviceAccounts: ["bank/web"] }), {}, false],
    ["a trust domain", from({ trustDomains: ["cluster.local"] }), {}, true],
    ["a part of a trust domain", from({ trustDomains: ["cluster.*"] }), {}, true],
    ["another trust domain", from({ trustDomains: ["cluster"] }), {}, false],
    ["an address", from({ ipBlocks: ["10.0.0.9"] }), {}, true],
    ["a range", from({ ipBlocks: ["10.0.0.0/24"] }), {}, true],
    ["another range", from({ ipBlocks: ["10.0.1.0/24"] }), {}, false],
    ["IPv6", from({ ipBlocks: ["fd00::/8"] }), { sourceIp: "fd00::1" }, true],
    [
      "the client before proxies",
      from({ remoteIpBlocks: ["1.2.3.4"] }),
      { remoteIp: "1.2.3.4" },
      true,
    ],
    ["a method", to({ methods: ["GET"] }), {}, true],
    ["a method in another case", to({ methods: ["get"] }), {}, false],
    ["a path without its query", to({ paths: ["/a/b"] }), {}, true],
    ["a path's beginning", to({ paths: ["/a*"] }), {}, true],
    ["a path's end", to({ paths: ["*/b"] }), {}, true],
    ["a template of one segment", to({ paths: ["/{*}/b"] }), {}, true],
    ["one segment is not two", to({ paths: ["/{*}"] }), {}, false],
    ["a template of any segments", to({ paths: ["/{**}"] }), {}, true],
    ["another path", to({ notPaths: ["/x"] }), {}, true],
    ["a host in any case", to({ hosts: ["RATINGS.shop:9080"] }), {}, true],
    ["a host without its port", to({ hosts: ["ratings.shop"] }), {}, false],
    ["a host's beginning", to({ hosts: ["ratings.*"] }), {}, true],
    ["a port", to({ ports: ["9080"] }), {}, true],
    ["another port", to({ notPorts: ["9080"] }), {}, false],
    ["all fields together", to({ methods: ["GET"], ports: ["80"] }), {}, false],
    ["any entry of to", { to: [{ operation: { ports: ["80"] } }, {}] }, {}, true],
    ["a header", when("request.headers[X-A]", ["1*"]), { headers: { "x-a": "12" } }, true],
    [
      "a header that is there",
      when("request.headers[x-a]", ["*"]),
      { headers: { "x-a": "" } },
      true,
    ],
    ["no header", when("request.headers[x-a]", ["*"]), {}, false],
    ["source.ip", when("source.ip", ["10.0.0.0/8"]), {}, true],
    ["source.namespace", when("source.namespace", ["bank"]), {}, false],
    ["source.principal", when("source.principal", ["*"]), {}, true],
    ["destination.ip", when("destination.ip", ["10.0.0.1"]), {}, true],
    ["destination.port", when("destination.port", ["9080"]), {}, true],
    ["connection.sni", when("connection.sni", ["a.test"]), { sni: "a.test" }, true],
    ["no claim without token", when("request.auth.claims[iss]", ["*"]), {}, false],
    ["nothing by an unknown key", when("request.nonsense", ["*"]), {}, false],
    ["what cannot be read is left out", to({ ports: ["x", "9080"] }), {}, true],
  ])("%s", (_, rule, more, fits) => expect(denies(rule, more)).toBe(fits));
});

describe("policies", () => {
  const allowGet = policy({ rules: [to({ methods: ["GET"] })] }, "shop/get");
  it.each<[string, readonly KubeObject[], Partial<Arrival>, string]>([
    ["none lets all in", [], {}, "in"],
    ["ALLOW lets in what it names", [allowGet], {}, "in"],
    ["and nothing else", [allowGet], { method: "PUT" }, "none"],
    ["ALLOW without rules lets nobody in", [policy({})], {}, "none"],
    ["ALLOW of an empty rule lets all in", [policy({ rules: [{}] })], {}, "in"],
    ["DENY without rules refuses nobody", [policy({ action: "DENY" })], {}, "in"],
    [
      "DENY goes before ALLOW",
      [policy({ rules: [{}] }), policy({ action: "DENY", rules: [{}] }, "shop/no")],
      {},
      "ns[shop]-policy[no]-rule[0]",
    ],
    ["AUDIT changes nothing", [policy({ action: "AUDIT", rules: [{}] })], {}, "in"],
    [
      "a dry run changes nothing",
      [
        {
          ...policy({ action: "DENY", rules: [{}] }),
          metadata: { name: "p", namespace: "shop", annotations: { "istio.io/dry-run": "true" } },
        },
      ],
      {},
      "in",
    ],
    ["of other namespaces do not count", [policy({}, "bank/p")], {}, "in"],
    ["of the root namespace do", [policy({}, "istio-system/p")], {}, "none"],
    ["select by labels", [policy({ selector: { matchLabels: { app: "x" } } })], {}, "in"],
    ["with targetRefs are not for pods", [policy({ targetRefs: [{ kind: "Gateway" }] })], {}, "in"],
    [
      "the first rule by its name is told",
      [policy({ action: "DENY", rules: [to({ methods: ["PUT"] }), {}, {}] })],
      {},
      "ns[shop]-policy[p]-rule[1]",
    ],
    [
      "CUSTOM without its provider refuses what it matches",
      [policy({ action: "CUSTOM", provider: { name: "x" }, rules: [{}] })],
      {},
      "none",
    ],
    ["ALLOW by HTTP lets no TCP in", [allowGet], { protocol: "tcp" }, "none"],
    [
      "DENY by HTTP and port refuses all TCP of the port",
      [policy({ action: "DENY", rules: [to({ methods: ["PUT"], ports: ["9080"] })] })],
      { protocol: "tcp" },
      "ns[shop]-policy[p]-rule[0]",
    ],
  ])("%s", (_, objects, more, expected) => expect(verdict(objects, more)).toBe(expected));

  it("of a gateway are named by reference", () => {
    const labels = { "gateway.networking.k8s.io/gateway-name": "edge" };
    const targetRefs = [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "edge" }];
    expect(verdict([policy({ targetRefs })], { labels })).toBe("none");
    expect(
      verdict([policy({ targetRefs: [{ ...targetRefs[0], name: "other" }] })], { labels }),
    ).toBe("in");
  });

  it("take the aliases of the trust domain for their own", () => {
    const meshConfig = {
      ...anObject("ConfigMap", "istio-system/istio"),
      data: { mesh: "trustDomain: new.test\ntrustDomainAliases: [old.test]" },
    };
    const rule = from({ principals: ["old.test/ns/shop/sa/web"] });
    const objects = [meshConfig, policy({ action: "DENY", rules: [rule] })];
    expect(verdict(objects, { peer: "spiffe://new.test/ns/shop/sa/web" })).not.toBe("in");
    expect(verdict(objects, { peer: "spiffe://other.test/ns/shop/sa/web" })).toBe("in");
  });
});

test("each rule that was asked is told, with what did not fit", () => {
  const rules = [{ ...to({ methods: ["PUT"] }), ...from({ namespaces: ["shop"] }) }, {}];
  const admit = authorizer(aMesh(policy({ action: "DENY", rules })), {
    verify: () => false,
    now: () => 0,
  });
  const steps: AdmissionStep[] = [];
  admit(arrival(), (step) => steps.push(step));
  expect(steps).toMatchObject([
    { taken: false, path: "spec.rules[0].to[0].operation.methods" },
    { taken: true, path: "spec.rules[1]" },
  ]);
  expect(steps[0]?.why).toContain("PUT");
});
