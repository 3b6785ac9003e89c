import { Issues, type ValidationIssue } from "@/lib/istio/validation/issue";
import { validateIstioObject } from "@/lib/istio/validation/validate-istio-object";
import { KINDS } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import { Field } from "@/lib/yaml/field";
import { readJson } from "../read-json";
import { type Failure, type Suite, type SuiteResult, Tallies } from "../suite";
import { FRAGMENTS, type FragmentMeta } from "./webhook-fragments";

interface WebhookCase {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly fragment: boolean;
  readonly input: unknown;
  readonly meta?: FragmentMeta & {
    readonly configName?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly expect: {
    readonly valid: boolean;
    readonly warning?: boolean;
    readonly errSubstring?: string;
    readonly warningSubstring?: string;
  };
}

/** What the tables, which were Go, say otherwise than an object that is written as YAML. */
const ON_PURPOSE: readonly { readonly reason: string; applies(one: WebhookCase): boolean }[] = [
  {
    reason: "a Go value of another type; ours refuses the same spec for what it lacks",
    applies: ({ expect }) => expect.errSubstring === "cannot cast",
  },
  {
    reason: "an empty list that is written out reads as none, so istiod takes it",
    applies: ({ input }) => /"(?:from|to)":\[\]/.test(JSON.stringify(input)),
  },
  {
    reason: "the table holds the bytes themselves; in an object they are base64, so fewer",
    applies: ({ kind, input }) =>
      kind === "HTTPRoute.directResponse" && new Field(input).at("body", "bytes").exists,
  },
];

/** Istio's own tables of valid and invalid specs and parts of specs. */
export const webhookValidation: Suite = { name: "webhook-validation", run };

function run(corpus: string): SuiteResult {
  const { cases } = readJson<{ cases: readonly WebhookCase[] }>(
    corpus,
    "webhook-validation",
    "cases.json",
  );
  const tallies = new Tallies();
  const failures: Failure[] = [];
  const deviations: Failure[] = [];
  for (const one of cases) {
    const { id, kind } = one;
    const why = differences(one, issuesOf(one));
    const purpose = why === undefined ? undefined : ON_PURPOSE.find((p) => p.applies(one));
    if (purpose !== undefined) deviations.push({ id, why: purpose.reason });
    else if (why !== undefined) failures.push({ id: `${id} (${one.name})`, why });
    tallies.add(kind, why === undefined || purpose !== undefined);
  }
  return { rows: tallies.rows(), scores: [tallies.sum("all", 1)], failures, deviations };
}

function issuesOf({ kind, fragment, input, meta = {} }: WebhookCase): readonly ValidationIssue[] {
  if (!fragment) return validateIstioObject(objectOf(kind, input, meta));
  const issues = new Issues();
  const check = FRAGMENTS[kind];
  if (!check) throw new Error(`webhook-validation: no check for the part ${kind}`);
  check(new Field(input), issues, meta);
  return issues.found;
}

function objectOf(
  kind: string,
  spec: unknown,
  { configName = "foo", labels, annotations }: NonNullable<WebhookCase["meta"]>,
): KubeObject {
  const converted = kind === "Gateway(gateway-api semantics)";
  const id = converted ? "Gateway" : kind;
  const info = KINDS.find((candidate) => candidate.id === id);
  if (!info) throw new Error(`webhook-validation: no kind ${kind}`);
  const semantics = converted ? { "internal.istio.io/gateway-semantics": "gateway" } : {};
  return {
    apiVersion: `${info.group}/${info.versions[0]}`,
    kind: info.kind,
    metadata: {
      name: configName,
      namespace: "bar",
      ...(labels && { labels }),
      annotations: { ...annotations, ...semantics },
    },
    spec,
  };
}

function differences(
  { expect }: WebhookCase,
  issues: readonly ValidationIssue[],
): string | undefined {
  const messages = (level: ValidationIssue["level"]) =>
    issues.filter((issue) => issue.level === level).map(({ message }) => message);
  const errors = messages("Error");
  const warnings = messages("Warning");
  const text = `errors ${JSON.stringify(errors)}, warnings ${JSON.stringify(warnings)}`;
  if (expect.valid !== (errors.length === 0)) {
    return `should be ${expect.valid ? "valid" : "invalid"}: ${text}`;
  }
  if (expect.warning !== undefined && expect.warning !== warnings.length > 0) {
    return `should ${expect.warning ? "" : "not "}warn: ${text}`;
  }
  const lacks = (words: string | undefined, list: readonly string[]) =>
    words !== undefined && !list.join("\n").includes(words);
  if (lacks(expect.errSubstring, errors)) return `lacks '${expect.errSubstring}': ${text}`;
  if (lacks(expect.warningSubstring, warnings)) {
    return `lacks '${expect.warningSubstring}': ${text}`;
  }
  return undefined;
}
