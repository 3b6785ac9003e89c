import { describe, expect, it, test } from "vitest";
import { customResourceDefinitions } from "@/lib/istio/schemas/custom-resource-definitions";
import type { KubeObject } from "@/lib/k8s/object";
import { meshView } from "@/lib/mesh/view";
import { applyChange } from "@/lib/yaml/edit";
import { parseYaml } from "@/lib/yaml/parse";
import { analyzeDraft } from "./draft";
import { RULES } from "./rules.gen";

const LIVE = `
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: bookinfo }
spec: { ports: [{ name: http, port: 9080 }] }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: bookinfo }
spec: { host: reviews, subsets: [{ name: v1, labels: { v: a } }, { name: v2, labels: { v: b } }, { name: v3, labels: { v: c } }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: bookinfo }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews, subset: v1 } }] }] }
`;
const mesh = meshView([
  ...parseYaml(LIVE).documents.map(({ value }) => value as KubeObject),
  ...customResourceDefinitions(),
]);
const analyze = (text: string) => analyzeDraft(text, mesh, { rules: RULES, namespace: "bookinfo" });
const places = (text: string) =>
  analyze(text).findings.map((f) => `${f.line}:${f.column}-${f.endColumn} ${f.code} ${f.message}`);

const DRAFT = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: bookinfo
spec:
  hosts:
  - reviews
  http:
  - route:
    - destination:
        host: reviews
        subset: v1 # stable
      weight: 80
    - destination:
        host: reviews
        subset: v2
      weight: 20
`;

describe("a draft", () => {
  it("may hold nulls anywhere in its metadata", () => {
    const metadata =
      "metadata:\n  finalizers: [null]\n  annotations: { a: null }\n  labels: { b: null }\n";
    expect(() => analyze(DRAFT.replace("metadata:\n", metadata))).not.toThrow();
  });

  it("that is fine has no findings", () => {
    expect(analyze(DRAFT).findings).toEqual([]);
    expect(analyze(DRAFT).elsewhere).toEqual([]);
  });

  it("with a wrong subset says so at its line, and mends it", () => {
    const wrong = DRAFT.replace("subset: v1", "subset: v11");
    expect(places(wrong)).toEqual([
      "13:17-20 IST0101 Subset v11 is not defined in DestinationRule bookinfo/reviews " +
        "(it has v1, v2, v3); 80 % of this route's requests would get 503.",
    ]);
    const [fix] = analyze(wrong).findings[0]!.fixes;
    expect(fix?.title).toBe("Use v1");
    expect(fix?.changes.reduce(applyChange, wrong)).toBe(DRAFT);
  });

  it("is analysed while it is half-typed", () => {
    const halfTyped = DRAFT.replace("subset: v2", "subset: v9").replace("kind:", "kin\nkind:");
    expect(places(halfTyped)).toEqual([
      "2:1-5 QD0001 Implicit keys need to be on a single line.",
      expect.stringContaining("18:17-19 IST0101 Subset v9"),
    ]);
  });

  it("is held against the cluster's schema", () => {
    const text = DRAFT.replace("weight: 80", "weight: many").replace(
      "  http:",
      "  htp: []\n  http:",
    );
    expect(places(text)).toEqual([
      "9:3-6 QD0003 There is no field htp here; the server refuses it. Did you mean http?",
      "15:15-19 QD0003 weight must be of type integer, not string.",
    ]);
  });

  it("is held against rules in CEL and the webhook, each fault once and at its line", () => {
    const text = `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: db
  namespace: bookinfo
  labels:
    tier: back end
spec:
  hosts: [db.example.com]
  ports:
  - { number: 80, name: http, protocol: HTTP }
  resolution: STATIC
  workloadSelector: { labels: { app: db } }
  endpoints:
  - address: 1.1.1.1
`;
    expect(places(text)).toEqual([
      expect.stringMatching(/^7:11-19 QD0003 "back end": a valid label must be/),
      "8:1-5 QD0003 The server refuses it: only one of WorkloadSelector or Endpoints can be set.",
    ]);
    const times = DRAFT.replace(
      "  - route:",
      "  - timeout: 5\n    retries: { attempts: 2, perTryTimeout: 1hh }\n    route:",
    );
    expect(places(times).map((place) => place.slice(0, 20))).toEqual([
      "11:44-47 IST0106 The",
      "10:14-15 QD0003 time",
    ]);
  });

  it("that is half-typed says nothing of what is not typed yet", () => {
    const whole = DRAFT.split("  - route:")[0] ?? "";
    expect(places(whole)).toEqual([
      "6:1-5 IST0106 The webhook refuses this: http, tcp or tls must be provided in virtual service.",
    ]);
    expect(
      places(`${whole}  - rou\n    x: [`).filter((place) => !place.includes("QD0001")),
    ).toEqual([]);
  });

  it("tells what it breaks elsewhere", () => {
    const rule = `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: bookinfo }
spec: { host: reviews, subsets: [{ name: v2, labels: { v: b } }] }
`;
    expect(analyze(rule).findings).toEqual([]);
    expect(analyze(rule).elsewhere).toMatchObject([
      {
        kind: "VirtualService",
        name: "reviews",
        code: "IST0101",
        path: "spec.http[0].route[0].destination.subset",
      },
    ]);
  });

  it("of two documents may define in one what the other uses", () => {
    const both = `${DRAFT.replace("subset: v2", "subset: v4")}---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: bookinfo }
spec: { host: reviews, subsets: [{ name: v1, labels: { v: a } }, { name: v4, labels: { v: d } }] }
`;
    expect(analyze(both).findings).toEqual([]);
    expect(analyze(both).objects.map(({ kind }) => kind)).toEqual([
      "VirtualService",
      "DestinationRule",
    ]);
  });

  it("without a namespace belongs to the one it is opened in", () => {
    const { objects } = analyze(DRAFT.replace("  namespace: bookinfo\n", ""));
    expect(objects[0]?.object.metadata.namespace).toBe("bookinfo");
  });
});

describe("what is no object", () => {
  test.each([
    ["a list", "- a\n", "An object is a mapping"],
    ["no kind", "apiVersion: v1\nmetadata: {name: a}\n", "kind is missing"],
    [
      "no name",
      "apiVersion: networking.istio.io/v1\nkind: Gateway\nspec: {}\n",
      "metadata.name is missing",
    ],
    [
      "a wrong kind",
      "apiVersion: networking.istio.io/v1\nkind: VirtualServic\nmetadata: {name: a}\n",
      "Did you mean VirtualService?",
    ],
    [
      "a wrong group",
      "apiVersion: security.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\n",
      "it belongs to networking.istio.io/v1",
    ],
    [
      "a wrong version",
      "apiVersion: networking.istio.io/v9\nkind: VirtualService\nmetadata: {name: a}\n",
      "use networking.istio.io/v1.",
    ],
    [
      "a name that is none",
      "apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: A_b}\n",
      "The name A_b is refused",
    ],
  ])("%s", (_, text, message) => {
    expect(
      analyze(text)
        .findings.map((found) => found.message)
        .join("\n"),
    ).toContain(message);
  });

  it("an empty text has nothing wrong", () => {
    expect(analyze("\n# nothing yet\n")).toEqual({ objects: [], findings: [], elsewhere: [] });
  });
});

test("a rule that throws is one note, and the others go on", () => {
  const broken = { ...RULES[0]!, id: "broken", kinds: ["VirtualService" as const] };
  const rules = [
    {
      ...broken,
      check: () => {
        throw new Error("bang");
      },
    },
    ...RULES,
  ];
  const wrong = DRAFT.replace("subset: v1", "subset: v11");
  const { findings } = analyzeDraft(wrong, mesh, { rules, namespace: "bookinfo" });
  expect(findings.map(({ code, level }) => [code, level])).toEqual([
    ["IST0101", "Error"],
    ["QD0099", "Info"],
  ]);
});

test("an owner's annotation switches a finding off", () => {
  const wrong = DRAFT.replace("subset: v1", "subset: v11").replace(
    "  namespace:",
    '  annotations: {galley.istio.io/analyze-suppress: "IST0109, IST0101"}\n  namespace:',
  );
  expect(places(wrong)).toEqual([]);
});
