import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { KINDS, preferredApiVersion } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import { formatPath } from "@/lib/yaml/field-path";
import { parseYaml } from "@/lib/yaml/parse";
import { validateIstioObject } from "./validate-istio-object";

type Kind = Parameters<typeof preferredApiVersion>[0];

const objectOf = (kind: Kind, spec: unknown, metadata: object = {}) =>
  ({
    apiVersion: preferredApiVersion(kind),
    kind,
    metadata: { name: "a", namespace: "shop", ...metadata },
    spec,
  }) as KubeObject;

/** `E path: message` or `W path: message` of a spec in YAML. */
const told = (kind: Kind, yaml: string, metadata?: object) =>
  validateIstioObject(objectOf(kind, parseYaml(yaml).documents[0]?.value, metadata)).map(
    ({ level, path, message }) => `${level.charAt(0)} ${formatPath(path)}: ${message}`,
  );

const ROUTE = "route: [{destination: {host: a}}]";

describe("a VirtualService", () => {
  const vs = (yaml: string) => told("VirtualService", yaml);

  it("that is fine has no issues", () => {
    expect(vs(`{hosts: [a, "*.b.c"], http: [{match: [{uri: {prefix: /}}], ${ROUTE}}]}`)).toEqual(
      [],
    );
  });

  test.each([
    [
      `{hosts: ["*"], http: [{${ROUTE}}]}`,
      "E spec.hosts[0]: wildcard host * is not allowed for virtual services bound to the mesh gateway",
    ],
    [
      `{hosts: ["*.a.b", x.a.b], http: [{${ROUTE}}]}`,
      "E spec.hosts[1]: duplicate hosts in virtual service: *.a.b & x.a.b",
    ],
    [
      `{hosts: [a], http: [{${ROUTE}, timeout: 1.5ms}]}`,
      "E spec.http[0].timeout: only durations to ms precision are supported",
    ],
    [
      `{hosts: [a], http: [{${ROUTE}, redirect: {uri: /}}]}`,
      "E spec.http[0].route: HTTP route cannot contain both route and redirect",
    ],
    [
      `{hosts: [a], http: [{${ROUTE}, retries: {attempts: 1, retryOn: "5xx, reset"}}]}`,
      'E spec.http[0].retries.retryOn: " reset" is not a valid retryOn policy',
    ],
    [
      `{hosts: [a], http: [{match: [{uri: {regex: "["}}], ${ROUTE}}]}`,
      'E spec.http[0].match[0].uri.regex: "uri": error parsing regexp: missing closing ]: `[`; Istio uses RE2 style regex-based match (https://github.com/google/re2/wiki/Syntax)',
    ],
    [
      `{hosts: [a], http: [{match: [{headers: {"@request.auth.claims.x": {exact: y}}}], ${ROUTE}}]}`,
      'E spec.http[0].match[0].headers["@request.auth.claims.x"]: JWT claim based routing (key: @request.auth.claims.x) is only supported for gateway, found no gateways: []',
    ],
    [
      `{hosts: [a], gateways: [gw.b], http: [{${ROUTE}}]}`,
      'W spec.gateways[0]: using legacy gatewayName format "gw.b"; prefer the <namespace>/<name> format: "b/gw"',
    ],
    [
      `{hosts: [a], http: [{${ROUTE}, headers: {request: {set: {x: "50%"}}}}]}`,
      "E spec.http[0].headers.request.set.x: header value configuration: invalid header configuration. Un-escaped %",
    ],
    [
      `{hosts: [a], tls: [{match: [{sniHosts: [b]}], ${ROUTE}}]}`,
      'E spec.tls[0].match[0].sniHosts[0]: SNI host "b" is not a compatible subset of any of the virtual service hosts: [a]',
    ],
  ])("%s", (yaml, expected) => {
    expect(vs(yaml)).toEqual([expected]);
  });

  it("tells routes that no request reaches", () => {
    const prefix = (path: string) => `{match: [{uri: {prefix: ${path}}}], ${ROUTE}}`;
    expect(
      vs(`{hosts: [a], http: [${prefix("/")}, ${prefix("/q")}, ${prefix("/")}, {${ROUTE}}]}`),
    ).toEqual([
      "W spec.http[2].match[0]: virtualService rule #2 match #0 is not used (duplicate/overlapping match in rule #0)",
      "W spec.http[2]: virtualService rule #2 not used (all matches used by prior rules)",
      "W spec.http[1].match[0]: virtualService rule #1 match #0 of prefix /q is not used (duplicate/overlapping match in rule #0 of prefix / on #0)",
    ]);
    const [found] = validateIstioObject(
      objectOf("VirtualService", { hosts: ["a"], http: [{ route: [] }, { route: [] }] }),
    ).filter(({ analysis }) => analysis);
    expect(found?.analysis).toEqual({
      code: "IST0130",
      parameters: ["#1", "only the last rule can have no matches"],
    });
  });
});

test.each<[Kind, string, string[]]>([
  ["Gateway", "{servers: []}", ["E spec.servers: gateway must have at least one server"]],
  [
    "Gateway",
    '{servers: [{hosts: ["x/*"], port: {number: 443, name: h, protocol: HTTPS}}]}',
    ["E spec.servers[0].tls: server must have TLS settings for HTTPS/TLS protocols"],
  ],
  [
    "Gateway",
    '{servers: [{hosts: ["*"], bind: "unix:///a", port: {number: 15443, name: h, protocol: HTTP}}]}',
    [
      'E spec.servers[0].port: port number must be 0 for unix domain socket: number:15443  protocol:"HTTP"  name:"h"',
    ],
  ],
  [
    "DestinationRule",
    "{host: a, trafficPolicy: {}, subsets: [{name: v1}, {name: v1, labels: {a b: c}}]}",
    [
      "E spec.trafficPolicy: traffic policy must have at least one field",
      "E spec.subsets[1].name: duplicate subset names: v1",
      'E spec.subsets[1].labels: invalid tag key: "a b"',
    ],
  ],
  [
    "DestinationRule",
    '{host: a, exportTo: [".", shop], trafficPolicy: {tls: {mode: MUTUAL, credentialName: "configmap://x"}}}',
    [
      'E spec.trafficPolicy.tls.credentialName: invalid configmap:// credentialName: invalid resource name "configmap://x". Expected namespace and name',
      "E spec.exportTo[1]: duplicate entries in exportTo for entry shop",
    ],
  ],
  [
    "DestinationRule",
    "{host: a, trafficPolicy: {loadBalancer: {consistentHash: {maglev: {tableSize: 6}}, localityLbSetting: {failover: [{from: a, to: a}]}}}}",
    [
      "E spec.trafficPolicy.loadBalancer.consistentHash.maglev.tableSize: tableSize must be a prime number for maglev",
      "W spec.trafficPolicy.loadBalancer.localityLbSetting: outlier detection policy must be provided for failover",
      "E spec.trafficPolicy.loadBalancer.localityLbSetting.failover[0]: locality lb failover settings must specify different regions",
    ],
  ],
  [
    "ServiceEntry",
    "{hosts: [a.b], resolution: STATIC, ports: [{number: 80, name: h, protocol: http}], endpoints: [{address: a.b}]}",
    ['E spec.endpoints[0].address: endpoint address "a.b" is not a valid IP address'],
  ],
  [
    "ServiceEntry",
    '{hosts: ["*.a.b"], resolution: DNS, ports: [{number: 80, name: h, protocol: http}]}',
    [
      'E spec.hosts[0]: hosts must be FQDN or contain only prefix wildcards if no endpoints are provided for resolution mode DNS, domain name "*.a.b" invalid (label "*" invalid)',
    ],
  ],
  [
    "DestinationRule",
    "{host: a, trafficPolicy: {connectionPool: {tcp: {idleTimeout: x}}}}",
    [
      'E spec.trafficPolicy.connectionPool.tcp.idleTimeout: error decoding configuration: bad Duration: time: invalid duration "x"',
    ],
  ],
  ["Sidecar", "{}", ["E spec: sidecar: empty configuration provided"]],
  [
    "Sidecar",
    '{egress: [{hosts: ["./a.b", "shop/a.b", "x"]}]}',
    [
      "W spec.egress[0].hosts[1]: duplicated egress host: shop/a.b",
      "E spec.egress[0].hosts[2]: host must be of form namespace/dnsName",
    ],
  ],
  [
    "WorkloadEntry",
    "{network: n, ports: {A_b: 0}}",
    [
      'W spec.address: address is unset with network "n"',
      "E spec.ports.A_b: invalid port name: A_b",
      "E spec.ports.A_b: port number 0 must be in the range 1..65535",
    ],
  ],
  [
    "WorkloadGroup",
    '{template: {}, metadata: {labels: {".": "~"}}}',
    [
      'E spec.metadata.labels: invalid labels: 2 errors occurred:\n\t* invalid tag key: "."\n\t* invalid tag value: "~"\n\n',
    ],
  ],
  [
    "WorkloadGroup",
    "{template: {}, probe: {}}",
    ["E spec.probe: unknown health check method <nil>"],
  ],
  [
    "PeerAuthentication",
    '{selector: {matchLabels: {a: b}}, portLevelMtls: {"080": {mode: STRICT}}}',
    [
      'E spec.portLevelMtls["080"]: error decoding configuration: invalid value for uint32 type: 080',
    ],
  ],
  [
    "RequestAuthentication",
    '{jwtRules: [{issuer: a, jwks: "{}"}]}',
    [
      "E spec.jwtRules[0].jwks: jwks parse error: failed to unmarshal JWK set: failed to parse sole key in key set: invalid key type from JSON ()",
    ],
  ],
  [
    "RequestAuthentication",
    `{jwtRules: [{issuer: a, jwks: '{"keys": [{"kty": "oct", "k": "YQ"}]}'}]}`,
    [
      "W spec.jwtRules[0].jwks: jwks key at index 0 contains private key material; only public keys are used for verification",
    ],
  ],
  [
    "AuthorizationPolicy",
    '{action: DENY, rules: [{from: [{source: {requestPrincipals: [a]}}], to: [{operation: {paths: ["/x/{**}/b", "/a/{*}/*"]}}]}]}',
    [
      "E spec.rules[0].to[0].operation.paths: invalid policy a.shop: invalid or unsupported path a/{*}/*, found in Paths. Contains segment * with invalid string literal",
      "W spec.rules[0]: configured AuthorizationPolicy will deny all traffic to TCP ports under its scope due to the use of only HTTP attributes in a DENY rule; it is recommended to explicitly specify the port",
    ],
  ],
  [
    "AuthorizationPolicy",
    "{rules: [{when: [{key: destination.port, values: [a]}, {key: x, values: [y]}]}]}",
    [
      'E spec.rules[0].when[0]: invalid policy a.shop: invalid `value` for `key` destination.port: 1 error occurred:\n\t* bad port (a): strconv.ParseUint: parsing "a": invalid syntax\n\n',
      "E spec.rules[0].when[1]: invalid policy a.shop: invalid `value` for `key` x: unknown attribute: x",
      "E spec.rules[0].when[1]: invalid policy a.shop: invalid `notValue` for `key` x: unknown attribute: x",
    ],
  ],
  [
    "Telemetry",
    '{accessLogging: [{filter: {expression: "a &&"}}], tracing: [{customTags: {x: {literal: {}}}}]}',
    [
      "E spec.tracing[0].customTags.x.literal: literal tag value may not be empty",
      expect.stringContaining(
        "E spec.accessLogging[0].filter.expression: must be a valid CEL expression, ",
      ) as string,
    ],
  ],
  [
    "ProxyConfig",
    "{concurrency: -1}",
    ["E spec.concurrency: concurrency must be greater than or equal to 0"],
  ],
  [
    "WasmPlugin",
    "{url: ftp://a, match: [{ports: [{number: 0}]}]}",
    [
      "E spec.url: url contains unsupported scheme: ftp",
      "E spec.match[0].ports[0]: spec.Match[0].Ports[0] is out of range: 0",
    ],
  ],
  ["TrafficExtension", "{}", ["E spec: exactly one of wasm or lua must be set"]],
  [
    "EnvoyFilter",
    "{configPatches: [{applyTo: CLUSTER, match: {listener: {}}, patch: {operation: MERGE, value: {}}}]}",
    [
      expect.stringMatching(/^W spec: EnvoyFilter exposes internal/) as string,
      "E spec.configPatches[0].match: Envoy filter: applyTo for cluster class objects cannot have non cluster match",
    ],
  ],
  [
    "EnvoyFilter",
    "{configPatches: [{applyTo: HTTP_FILTER, patch: {operation: ADD, value: {name: x}}}, {applyTo: NETWORK_FILTER, patch: {operation: ADD, value: {typed_config: {}}}}]}",
    [
      expect.stringMatching(/^W spec: EnvoyFilter exposes internal/) as string,
      "W spec.configPatches[0].patch.value: using deprecated types by name without typed_config; x",
      "E spec.configPatches[1].patch.value.typed_config: Envoy filter: Any JSON doesn't have '@type'",
    ],
  ],
])("%s %s", (kind, yaml, expected) => {
  expect(told(kind, yaml)).toEqual(expected);
});

describe("annotations of istiod's own", () => {
  it("are refused before anything else is looked at", () => {
    const annotations = { "istio.io/dry-run": "true" };
    expect(told("Sidecar", "{}", { annotations })).toEqual([
      "E metadata.annotations: shop/a has unsupported annotation istio.io/dry-run, please remove the annotation",
    ]);
    expect(told("AuthorizationPolicy", "{rules: [{}]}", { annotations })).toEqual([]);
  });
});

it("says nothing of kinds that are not Istio's", () => {
  expect(validateIstioObject(objectOf("HTTPRoute", {}))).toEqual([]);
});

describe("whatever an object holds", () => {
  const kinds = KINDS.filter(({ family }) => family === "istio").map(({ id }) => id);
  const names = fc.constantFrom(
    ..."servers hosts http tcp tls match route destination port number mode rules from source to when key values selector matchLabels targetRefs subsets trafficPolicy egress ingress configPatches patch value endpoints ports jwtRules jwks metrics tracing wasm lua url probe template __proto__".split(
      " ",
    ),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      fc.constantFrom(null, true, 0, -1, 1e21, "", "*", "a.b", "[", "%", "1.5ms", "unix://"),
      fc.array(tie("value"), { maxLength: 3 }),
      fc
        .array(fc.tuple(names, tie("value")), { maxLength: 4 })
        .map((entries) => Object.fromEntries(entries)),
    ),
  }));

  it("it never throws", () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), value, (kind, spec) => {
        for (const issue of validateIstioObject(objectOf(kind, spec))) {
          expect(issue.message).not.toBe("");
        }
      }),
      { numRuns: 500 },
    );
  });
});
