import * as z from "zod";
import { parseYaml } from "@/lib/yaml/parse";
import type { KubeObject } from "@/lib/k8s/object";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "./field";
import { compareFindings, type Finding, type Suppression } from "./finding";
import { matchesGlob, objectTitle } from "./object-glob";
import type { Report } from "./rule";

/** Made when the first policy is read: most runs read none, and loading zod takes longer than analysing. */
function makePolicyText() {
  const levels = z.enum(["Error", "Warning", "Info", "Off"], "must be Error, Warning, Info or Off");
  return z.strictObject({
    rules: z.record(z.string(), levels).default({}),
    suppressions: z
      .array(
        z.strictObject({
          code: z.string().min(1),
          object: z.string().min(1).default("*"),
          reason: z.string().trim().min(3, "must say why, in three letters or more"),
          until: z.iso.date("must be a day such as 2026-12-31").optional(),
        }),
      )
      .default([]),
  });
}
type PolicyText = ReturnType<typeof makePolicyText>;

let knownPolicyText: PolicyText | undefined;
const policyTextSchema = (): PolicyText => (knownPolicyText ??= makePolicyText());

/** What an organisation decided about rules. */
export interface AnalysisPolicy {
  /** By code or rule id. `Off` runs a rule no more; a level runs an optional rule too. */
  readonly levels: Readonly<Record<string, z.infer<PolicyText>["rules"][string]>>;
  /** The first that covers a finding counts. */
  readonly suppressions: readonly PolicySuppression[];
}

interface PolicySuppression extends Suppression {
  /** Code or rule id; `*` is any. */
  readonly code: string;
  /** Matches `Kind name.namespace`; `*` is any text. */
  readonly object: string;
  /** The only namespace for which it may speak; undefined for all. */
  readonly namespace: string | undefined;
}

/** No decisions: rules as they are. */
export const NO_POLICY: AnalysisPolicy = { levels: {}, suppressions: [] };

/** Reads a policy's text. What is not as it must be is reported, by its path, and left out. */
export function readPolicy(
  text: string,
  by: string,
  namespace?: string,
): { readonly policy: AnalysisPolicy; readonly problems: readonly Report[] } {
  const { problems, documents } = parseYaml(text);
  const [broken] = problems;
  if (broken) return { policy: NO_POLICY, problems: [{ path: [], message: broken.message }] };
  const parsed = policyTextSchema().safeParse(documents[0]?.value ?? {});
  if (!parsed.success) {
    return {
      policy: NO_POLICY,
      problems: parsed.error.issues.map(({ path, message }) => ({
        path: path.map((step) => (typeof step === "symbol" ? String(step) : step)),
        message: `${path.map(String).join(".") || "the policy"}: ${message}`,
      })),
    };
  }
  const { rules, suppressions } = parsed.data;
  const policy: AnalysisPolicy = {
    levels: rules,
    suppressions: suppressions.map((one) => ({ ...one, until: one.until, by, namespace })),
  };
  return { policy, problems: [] };
}

/** The name of the ConfigMaps that hold policies, under the key `policy.yaml`. */
const POLICY_NAME = "quarterdeck-policy";

/** The text of a policy's ConfigMap; undefined for any other object. */
export function policyText(object: KubeObject): string | undefined {
  if (object.metadata.name !== POLICY_NAME) return undefined;
  return new Field(object).at("data", "policy.yaml").text ?? "";
}

/**
 * The policy that the cluster holds. That of the root namespace goes for the mesh; that of another
 * namespace may suppress what is found there, with no say about rules.
 */
export function meshPolicy(mesh: MeshView): AnalysisPolicy {
  const { rootNamespace } = mesh.derive(meshConfig);
  const read = mesh.lookup(POLICIES, "").map(({ namespace, text }) => {
    const isRoot = namespace === rootNamespace;
    const by = `ConfigMap ${namespace}/${POLICY_NAME}`;
    const { policy } = readPolicy(text, by, isRoot ? undefined : namespace);
    return isRoot ? policy : { ...policy, levels: {} };
  });
  return {
    levels: Object.assign({}, ...read.map(({ levels }) => levels)) as AnalysisPolicy["levels"],
    suppressions: read.flatMap(({ suppressions }) => suppressions),
  };
}

/** Two policies as one; where both speak of the same, the first has the word. */
export const bothPolicies = (first: AnalysisPolicy, second: AnalysisPolicy): AnalysisPolicy => ({
  levels: { ...second.levels, ...first.levels },
  suppressions: [...first.suppressions, ...second.suppressions],
});

const POLICIES: MeshIndex<{ readonly namespace: string; readonly text: string }> = {
  kinds: ["ConfigMap"],
  *entries(object) {
    const text = policyText(object);
    if (text !== undefined) yield ["", { namespace: object.metadata.namespace ?? "", text }];
  },
};

interface Named {
  readonly id: string;
  readonly code: string;
  readonly aliases: readonly string[];
  readonly optional?: boolean;
}

const levelOf = ({ levels }: AnalysisPolicy, { id, code, aliases }: Named) =>
  levels[id] ?? levels[code] ?? aliases.map((alias) => levels[alias]).find(Boolean);

/** The rules that run under a policy. @param asked codes of optional rules that run all the same */
export const rulesUnder = <T extends Named>(
  rules: readonly T[],
  policy: AnalysisPolicy,
  asked: ReadonlySet<string> = new Set(),
): T[] =>
  rules.filter((rule) => {
    const level = levelOf(policy, rule);
    if (level !== undefined) return level !== "Off";
    return !rule.optional || [rule.code, ...rule.aliases].some((code) => asked.has(code));
  });

/**
 * Findings as a policy judges them: levels changed, some suppressed, worst first. Those of rules
 * that are off are left out. A suppression holds to the end of its last day.
 * @param today as `2026-12-31`
 */
export function applyPolicy<T extends Finding>(
  findings: readonly T[],
  policy: AnalysisPolicy,
  today: string,
): readonly T[] {
  const { levels, suppressions } = policy;
  if (Object.keys(levels).length === 0 && suppressions.length === 0) return findings;
  return findings
    .flatMap((finding): T[] => {
      const level = levelOf(policy, { ...finding, id: finding.rule });
      if (level === "Off") return [];
      const suppressed =
        finding.suppressed ?? suppressions.find((one) => covers(one, finding, today));
      return [
        { ...finding, level: level ?? finding.level, suppressed: suppressed && pick(suppressed) },
      ];
    })
    .sort(compareFindings);
}

const pick = ({ by, reason, until }: Suppression): Suppression => ({ by, reason, until });

function covers(one: PolicySuppression, finding: Finding, today: string): boolean {
  if (one.until !== undefined && one.until < today) return false;
  if (one.namespace !== undefined && one.namespace !== finding.namespace) return false;
  const codes = [finding.code, finding.rule, ...finding.aliases];
  return (
    (one.code === "*" || codes.includes(one.code)) && matchesGlob(objectTitle(finding), one.object)
  );
}
