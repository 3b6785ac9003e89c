import { describe, expect, test } from "vitest";
import { YAML_LIMITS } from "@/lib/yaml/parse";
import { RULES } from "../rules.gen";
import { analyzeAsIstioctl, type IstioctlOptions } from "./analyze";

const run = (text: string, options: Partial<IstioctlOptions> = {}) =>
  analyzeAsIstioctl([{ file: "f.yaml", text }], {
    namespace: "",
    rules: RULES,
    now: 0,
    limits: YAML_LIMITS,
    ...options,
  });
const told = (text: string, options: Partial<IstioctlOptions> = {}) =>
  run(text, options).findings.map(
    ({ code, kind, namespace, name, line }) =>
      `${code} ${kind} ${[namespace, name].filter(Boolean).join("/")} ${line ?? "-"}`,
  );

const route = (name: string, host: string, more = "") => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: ${name}
  namespace: shop
${more}spec:
  hosts: [shop]
  gateways: [mesh]
  http:
  - route:
    - destination:
        host: ${host}
`;

describe("what is read", () => {
  test.each([
    ["a version that the kind never had", route("a", "x").replace("/v1", "/v1alpha1")],
    ["an ignored namespace", route("a", "x").replace("shop", "kube-system")],
    [
      "a kind that no analyzer looks at",
      "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}",
    ],
    ["nothing", "# empty\n---\n"],
  ])("%s is passed over", (_, text) => {
    expect(run(text)).toEqual({ findings: [], objects: 0, refused: [] });
  });

  test.each([
    ["a boolean for a text", route("a", "yes")],
    ["a boolean for a name", route("on", "x")],
    [
      "an unknown enum value",
      "apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: a}\nspec: {outboundTrafficPolicy: {mode: SOME}}",
    ],
    [
      "a port that is no number",
      "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: a}\nspec: {portLevelMtls: {'-1': {}}}",
    ],
    [
      "a cookie's time without unit",
      "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: a}\nspec: {host: a, trafficPolicy: {loadBalancer: {consistentHash: {httpCookie: {name: a, ttl: '5'}}}}}",
    ],
    [
      "a colon at the beginning of a value in brackets",
      "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: a}\nspec: {servers: [::1]}",
    ],
    ["a duration without unit", route("a", "x").replace("- route", "- timeout: '5'\n    route")],
    ["flow style that is no JSON", "{apiVersion: v1, kind: Pod}"],
    ["broken YAML", "apiVersion: v1\nkind: [\n"],
  ])("%s leaves the document out, and says so", (_, text) => {
    const { objects, refused } = run(`${text}\n---\n${route("kept", "x")}`);
    expect(objects).toBe(1);
    expect(refused).toEqual([expect.stringMatching(/^f\.yaml\[0\]: /)]);
  });

  test("numbers may be texts and names in snake case, in Istio's kinds", () => {
    const text = `apiVersion: v1
kind: Service
metadata: {name: x, namespace: shop}
spec: {ports: [{name: http, port: 80}]}
---
${route("a", "x")}        port: {number: "81"}
`;
    expect(told(text)).toEqual(["IST0101 VirtualService shop/a 17"]);
  });

  test("of an object that is there twice the last one counts, and its line", () => {
    const text = `${route("a", "x")}---\n${route("a", "z")}`;
    expect(told(text)).toEqual(["IST0101 VirtualService shop/a 25"]);
    expect(run(text).findings[0]?.message).toContain('"z"');
  });

  test("a List is one line off, and gone with an item of another kind", () => {
    const item = route("a", "x").trimEnd().split("\n").join("\n  ");
    const list = `apiVersion: v1\nkind: List\nitems:\n- ${item}\n`;
    expect(told(list)).toEqual(["IST0101 VirtualService shop/a 16"]);
    expect(told(`${list}- {apiVersion: v1, kind: ServiceAccount, metadata: {name: a}}`)).toEqual(
      [],
    );
  });

  test("a List in a List is counted from where istioctl prints it anew, and gone with its items", () => {
    const item = (name: string, indent: string) =>
      route(name, "x").trimEnd().split("\n").join(`\n${indent}`);
    const inner = `- apiVersion: v1\n  kind: List\n  items:\n\n  - ${item("a", "    ")}\n  - ${item("b", "    ")}\n`;
    const list = `apiVersion: v1\nkind: List\nitems:\n${inner}`;
    // The outer item stands on line 4, the inner ones on lines 4 and 16 of it: one off each time.
    expect(told(list)).toEqual([
      expect.stringMatching(/^IST0101 VirtualService shop\/a \d+$/),
      expect.stringMatching(/^IST0101 VirtualService shop\/b \d+$/),
      "IST0109 VirtualService shop/a 12",
      "IST0109 VirtualService shop/b 24",
    ]);
    expect(
      told(`${list}  - {apiVersion: v1, kind: ServiceAccount, metadata: {name: a}}\n`),
    ).toEqual([]);
  });

  test("an item that is written as before stays where it was; other quotes make it another one", () => {
    const list = (name: string) =>
      `apiVersion: v1\nkind: List\nitems:\n- ${route(name, "x").trimEnd().split("\n").join("\n  ")}\n`;
    const linesOf = (second: string) => told(`${list("a")}---\n${list(second)}`);
    expect(linesOf("a")).toEqual(told(list("a")));
    expect(linesOf('"a"')).not.toEqual(told(list("a")));
    expect(linesOf("a # why")).not.toEqual(told(list("a")));
  });
});

describe("what is told", () => {
  test("the namespace decides what objects get and what is shown", () => {
    const text = route("a", "x").replace("  namespace: shop\n", "");
    expect(told(text)).toEqual(["IST0101 VirtualService a 11"]);
    expect(told(text, { namespace: "default" })).toEqual(["IST0101 VirtualService default/a 11"]);
    expect(told(route("a", "x"), { namespace: "other" })).toEqual([]);
  });

  test("codes are suppressed as they are written, spaces and all", () => {
    const suppress = (list: string) =>
      told(route("a", "x", `  annotations: {galley.istio.io/analyze-suppress: "${list}"}\n`));
    expect(suppress("IST0101")).toEqual([]);
    expect(suppress("*")).toEqual([]);
    expect(suppress("IST0109, IST0101")).toHaveLength(1);
  });

  test("a mesh config among the files does not count, the flag's does", () => {
    const policy = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: a, namespace: root}
spec: {}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data: {mesh: "rootNamespace: root"}
`;
    expect(told(policy)).toEqual(["IST0127 AuthorizationPolicy root/a 1"]);
    expect(told(policy, { meshConfig: "rootNamespace: root" })).toEqual([]);
  });

  test("networks are an object of no file", () => {
    const meshNetworks = "networks: {a: {endpoints: [{fromRegistry: b}]}}";
    expect(told("", { meshNetworks })).toEqual([
      "IST0126 MeshNetworks istio-system/meshnetworks -",
    ]);
  });

  test("of fields of which one alone can be set, the one that is declared last counts", () => {
    const group = (probe: string) =>
      `apiVersion: networking.istio.io/v1\nkind: WorkloadGroup\nmetadata: {name: a, namespace: shop}\nspec: {template: {}, probe: ${probe}}`;
    const messages = (text: string) => run(text).findings.map(({ message }) => message);
    expect(messages(group("{tcpSocket: {port: 5}, httpGet: {scheme: FTP}}"))).toEqual([]);
    expect(messages(group("{grpc: {}, httpGet: {port: 80}}"))).toEqual([
      expect.stringContaining("ReadinessProbe_Grpc"),
    ]);
  });

  test("an EnvoyFilter whose selector cannot be gets no other finding", () => {
    const filter = (labels: string) =>
      `apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: {name: a, namespace: shop}\nspec: {workloadSelector: {labels: ${labels}}}`;
    expect(told(filter("{app: 'x*'}")).map((line) => line.slice(0, 7))).toEqual(["IST0106"]);
    expect(told(filter("{app: x}")).map((line) => line.slice(0, 7))).toEqual(["IST0133"]);
  });

  test("a condition without a status is told of each type that istioctl does not look for", () => {
    const entry = (conditions: string) =>
      `apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: a, namespace: shop}\nspec: {hosts: [a.com], ports: [{number: 80, name: http, protocol: HTTP}], resolution: DNS, addresses: [10.0.0.1]}\nstatus: {conditions: ${conditions}}`;
    expect(told(entry("[{type: Programmed}]"))).toEqual(["IST0171 ServiceEntry shop/a 1"]);
    expect(told(entry("[{type: Programmed, status: 'False'}]"))).toEqual([]);
    expect(told(entry("[{type: istio.io/WaypointBound}]"))).toEqual([]);
    expect(told(entry("[{type: istio.io/WaypointBound, status: 'False'}]"))).toHaveLength(1);
  });

  test("only the analyzers that were asked for speak", () => {
    const text = route("a", "x").replace("hosts: [shop]", 'hosts: [""]');
    expect(told(text, { analyzers: new Set(["schema.ValidationAnalyzer.Gateway"]) })).toEqual([]);
    expect(
      told(text, { analyzers: new Set(["schema.ValidationAnalyzer.VirtualService"]) }).length,
    ).toBeGreaterThan(0);
  });
});

describe("the clusters of one mesh", () => {
  const service = (name: string, spec: string) =>
    `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}, namespace: shop}\nspec: ${spec}\n`;
  const HTTP = "{ports: [{name: http, port: 80}, {name: grpc, port: 81}]}";
  const compared = (own: string, other: string) =>
    run(own, {
      analyzers: new Set(["services.MultiClusterServiceAnalyzer"]),
      clusters: { own: "east", others: new Map([["west", [{ file: "w.yaml", text: other }]]]) },
    }).findings.map(({ code, name, message }) => `${code} ${name}: ${message}`);

  test.each([
    ["the same", HTTP],
    ["the order of ports", "{ports: [{name: grpc, port: 81}, {name: http, port: 80}]}"],
    ["labels of the selector", `{selector: {app: a}, ${HTTP.slice(1)}`],
  ])("%s is no difference", (_, spec) => {
    expect(compared(service("a", HTTP), service("a", spec))).toEqual([]);
  });

  test.each([
    [
      "headless",
      `{clusterIP: None, ${HTTP.slice(1)}`,
      "service has mixed mode like headless and clusterIP",
    ],
    ["a type", `{type: NodePort, ${HTTP.slice(1)}`, "service type is inconsistent"],
    ["a name of a port", HTTP.replace("name: http", "name: web"), "service ports are inconsistent"],
    [
      "a protocol",
      HTTP.replace("port: 80", "port: 80, protocol: UDP"),
      "service ports are inconsistent",
    ],
    ["one port less", "{ports: [{name: http, port: 80}]}", "service ports are inconsistent"],
    [
      "type and ports",
      "{type: LoadBalancer, ports: []}",
      "service ports are inconsistent; service type is inconsistent",
    ],
  ])("%s is told", (_, spec, why) => {
    expect(compared(service("a", HTTP), service("a", spec))).toEqual([
      `IST0170 a: The service a in namespace "shop" is inconsistent across clusters ["east" "west"], which can lead to undefined behaviors. The inconsistent behaviors are: ${why}.`,
    ]);
  });

  test("a Service of one cluster alone is compared with none", () => {
    expect(compared(service("a", HTTP), service("b", "{type: NodePort}"))).toEqual([]);
  });
});
