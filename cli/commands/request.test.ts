import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { runCommand } from "@/cli/run-command";

const pod = (name: string, version: string, ip: string): string => `---
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: shop
  labels: { app: ${name.split("-")[0]}, version: ${version}, security.istio.io/tlsMode: istio }
spec:
  serviceAccountName: ${name.split("-")[0]}
  containers: [{ name: app }, { name: istio-proxy }]
status: { phase: Running, podIP: ${ip}, conditions: [{ type: Ready, status: "True" }] }
`;

const endpoint = (name: string, ip: string): string =>
  `{ addresses: [${ip}], conditions: { ready: true }, targetRef: { kind: Pod, name: ${name}, namespace: shop } }`;

const CLUSTER = `apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec:
  clusterIP: 10.96.0.1
  selector: { app: reviews }
  ports: [{ name: http, port: 9080, targetPort: 9080 }]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: reviews-1, namespace: shop, labels: { kubernetes.io/service-name: reviews } }
ports: [{ name: http, port: 9080, protocol: TCP }]
endpoints:
  - ${endpoint("reviews-v1", "10.0.0.1")}
  - ${endpoint("reviews-v2", "10.0.0.2")}
${pod("web", "v1", "10.0.0.9")}${pod("reviews-v1", "v1", "10.0.0.1")}${pod("reviews-v2", "v2", "10.0.0.2")}`;

const CONFIG = `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: reviews
  subsets:
    - { name: v1, labels: { version: v1 } }
    - { name: v2, labels: { version: v2 } }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
    - name: canary
      match:
        - uri: { prefix: /new }
      route:
        - { destination: { host: reviews, subset: v1 }, weight: 80 }
        - { destination: { host: reviews, subset: v2 }, weight: 20 }
    - route:
        - { destination: { host: reviews, subset: v1 } }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: no-delete, namespace: shop }
spec:
  action: DENY
  rules:
    - to: [{ operation: { methods: [DELETE] } }]
`;

interface Answer {
  readonly outcomes: readonly Record<string, unknown>[];
  readonly trace: readonly Record<string, unknown>[];
}

describe("quarterdeck request", () => {
  let folder = "";
  let output = "";
  let complaints = "";
  const file = (name: string): string => join(folder, name);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "quarterdeck-request-"));
    writeFileSync(file("cluster.yaml"), CLUSTER);
    writeFileSync(file("config.yaml"), CONFIG);
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeEach(() => {
    output = "";
    complaints = "";
    vi.spyOn(process.stdout, "write").mockImplementation((text) =>
      Boolean((output += String(text))),
    );
    vi.spyOn(process.stderr, "write").mockImplementation((text) =>
      Boolean((complaints += String(text))),
    );
  });
  afterEach(() => vi.restoreAllMocks());

  const ask = (...args: string[]) => runCommand(["request", folder, ...args]);
  const answers = async (...args: string[]): Promise<readonly Answer[]> => {
    expect(await ask(...args)).toBe(0);
    return JSON.parse(output) as Answer[];
  };
  const NEW = ["--from", "web.shop", "--url", "http://reviews:9080/new?a=b"];

  it("tells each end with its probability", async () => {
    const [answer] = await answers(...NEW);
    expect(answer?.outcomes).toMatchObject([
      {
        status: 200,
        pod: "reviews-v1",
        version: "v1",
        path: "/new?a=b",
        authority: "reviews:9080",
        port: 9080,
        mtlsPeer: "spiffe://cluster.local/ns/shop/sa/web",
        requestHeaders: { "x-envoy-attempt-count": "1" },
        responseHeaders: {},
        flags: "-",
        details: "via_upstream",
        route: "canary",
        cluster: "outbound|9080|v1|reviews.shop.svc.cluster.local",
        delayMs: 0,
        attempts: 1,
      },
      { pod: "reviews-v2" },
    ]);
    expect(answer?.outcomes.map(({ probability }) => probability)).toEqual([0.8, 0.2]);
  });

  it("names the object, the field and the line that decided", async () => {
    const [answer] = await answers(...NEW);
    expect(answer?.trace).toContainEqual({
      proxy: "web.shop",
      step: "route",
      taken: true,
      object: "VirtualService shop/reviews",
      path: "spec.http[0].match[0]",
      why: 'uri is prefix "/new"',
      file: file("config.yaml"),
      line: 18,
    });
  });

  it("asks the server's policies, and tells which rule refused", async () => {
    const [answer] = await answers(...NEW, "--method", "DELETE");
    expect(answer?.outcomes).toMatchObject([
      { status: 403, pod: null, probability: 0.8 },
      { status: 403, pod: null, probability: 0.2 },
    ]);
    expect(answer?.trace).toContainEqual(
      expect.objectContaining({
        proxy: "reviews-v1.shop",
        step: "authorization",
        object: "AuthorizationPolicy shop/no-delete",
        path: "spec.rules[0]",
        why: "the rule matches: denied",
      }),
    );
  });

  it("takes many requests from a file, with what the application would answer", async () => {
    const retried = { from: "web.shop", url: "http://reviews:9080/", upstream: { status: 503 } };
    writeFileSync(file("requests.json.txt"), JSON.stringify([retried, { ...retried, n: 3 }]));
    const all = await answers("--requests", file("requests.json.txt"));
    expect(all).toHaveLength(2);
    expect(all[0]?.outcomes).toMatchObject([{ status: 503, pod: "reviews-v1", attempts: 1 }]);
  });

  it("can be read", async () => {
    expect(await ask(...NEW, "-o", "text")).toBe(0);
    expect(output).toContain("80 %: 200 from reviews-v1 (v1) port 9080");
    expect(output).toContain(
      `[VirtualService shop/reviews spec.http[0].match[0]] (${file("config.yaml")}:18)`,
    );
  });

  it.each<[string, string[], string]>([
    ["no client", ["--url", "http://a/"], "request: --from POD.NAMESPACE is missing"],
    ["no url", ["--from", "web.shop"], "request: --url is missing"],
    [
      "an unknown client",
      ["--from", "web.bank", "--url", "http://a/"],
      "there is no Pod 'web' in namespace 'bank'",
    ],
    ["a client without namespace", ["--from", "web", "--url", "http://a/"], "POD.NAMESPACE"],
    ["no URL", ["--from", "web.shop", "--url", "reviews"], "'reviews' is no URL"],
    ["no port", ["--from", "web.shop", "--url", "tcp://reviews"], "names no port"],
    ["a header without value", [...NEW, "--header", "a"], "--header takes NAME=VALUE, not 'a'"],
    ["both ways to ask", [...NEW, "--requests", "x"], "--requests and --from exclude each other"],
    ["no such file", ["--requests", "/nowhere"], "/nowhere: ENOENT"],
    ["a context alone", [...NEW, "--context", "c"], "--context needs --kubeconfig"],
  ])("refuses %s", async (_, args, complaint) => {
    expect(await ask(...args)).toBe(2);
    expect(complaints).toContain(complaint);
    expect(complaints.trim().split("\n")).toHaveLength(1);
  });

  it("names the field of a file of requests that is wrong", async () => {
    writeFileSync(file("wrong.json.txt"), JSON.stringify([{ from: 1, url: "http://a/" }]));
    expect(await ask("--requests", file("wrong.json.txt"))).toBe(2);
    expect(complaints).toContain(`${file("wrong.json.txt")}: [0]["from"]: `);
  });
});
