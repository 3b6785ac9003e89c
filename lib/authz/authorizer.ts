import { authorizationPolicySpec } from "@/lib/istio/authorization-policy";
import type { KubeObject } from "@/lib/k8s/object";
import type { Admission, AdmissionStep, Admit, Refusal } from "@/lib/mesh/arrival";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshView } from "@/lib/mesh/view";
import { authenticate } from "./authenticate";
import { type CompiledRule, compiledRules } from "./compile-policy";
import type { PolicyFacts } from "./rule-checks";
import { selectedPolicies } from "./selected-policies";
import type { TokenVerifier } from "./verify-token";

type Tell = ((step: AdmissionStep) => void) | undefined;

/**
 * Decides what proxies let in, in the order of Envoy's filters: CUSTOM, then tokens, then AUDIT
 * (which changes nothing), DENY and ALLOW.
 */
export function authorizer(mesh: MeshView, verifier: TokenVerifier): Admit {
  const policies = mesh.derive(authorizationPolicies);
  const authentications = mesh.derive(requestAuthentications);
  const trustDomains = mesh.derive(trustDomainsOf);
  return (arrival, tell) => {
    const open = { headers: {}, path: arrival.path, claims: undefined };
    const enforced = policies(arrival).filter((policy) => !isDryRun(policy));
    const ofAction = (action: string) => enforced.filter((policy) => actionOf(policy) === action);
    const anonymous = { arrival, claims: undefined };
    // ztunnel is never told of policies that ask somebody else.
    const asking = arrival.type === "ztunnel" ? [] : ofAction("CUSTOM");
    const custom = refusedByProvider(mesh, asking, anonymous, trustDomains);
    if (custom) {
      const { rule } = custom;
      const why = `matches, and the mesh config has no provider '${custom.provider}' to ask`;
      tell?.({ taken: true, object: rule.object, path: rule.path, why });
      return { ...open, refusal: denied("none") };
    }
    const authentication =
      arrival.protocol === "http"
        ? authenticate(authentications(arrival), arrival, verifier, tell)
        : { ...open, refusal: undefined };
    if (authentication.refusal) return authentication;
    const facts: PolicyFacts = {
      claims: authentication.claims,
      arrival: { ...arrival, path: authentication.path },
    };
    const refusal =
      refusedByDeny(ofAction("DENY"), facts, trustDomains, tell) ??
      refusedByAllow(ofAction("ALLOW"), facts, trustDomains, tell);
    return { ...authentication, refusal } satisfies Admission;
  };
}

const authorizationPolicies = (mesh: MeshView) => selectedPolicies(mesh, "AuthorizationPolicy");
const requestAuthentications = (mesh: MeshView) => selectedPolicies(mesh, "RequestAuthentication");
const trustDomainsOf = (mesh: MeshView): readonly string[] => {
  const { trustDomain, trustDomainAliases } = mesh.derive(meshConfig);
  return [trustDomain, ...trustDomainAliases];
};

const actionOf = (policy: KubeObject): string => authorizationPolicySpec(policy).action ?? "ALLOW";

const isDryRun = (policy: KubeObject): boolean =>
  /^(1|t|true)$/i.test(policy.metadata.annotations?.["istio.io/dry-run"] ?? "");

/** Envoy keeps the rules of an action by name, and the first that matches is the one it tells. */
const byName = (a: CompiledRule, b: CompiledRule): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

function rulesOf(
  policies: readonly KubeObject[],
  action: string,
  { arrival }: PolicyFacts,
  trustDomains: readonly string[],
): readonly CompiledRule[] {
  const protocol = arrival.type === "ztunnel" ? arrival.type : arrival.protocol;
  return policies
    .flatMap((policy) => compiledRules(policy, { action, protocol, trustDomains }))
    .sort(byName);
}

function refusedByProvider(
  mesh: MeshView,
  policies: readonly KubeObject[],
  facts: PolicyFacts,
  trustDomains: readonly string[],
): { readonly rule: CompiledRule; readonly provider: string } | undefined {
  const { extensionProviders } = mesh.derive(meshConfig);
  for (const policy of policies) {
    const provider = authorizationPolicySpec(policy).provider?.name ?? "";
    if (extensionProviders.some(({ name }) => name === provider)) continue;
    const rule = rulesOf([policy], "CUSTOM", facts, trustDomains).find(
      (one) => one.failing(facts) === undefined,
    );
    if (rule) return { rule, provider };
  }
  return undefined;
}

function refusedByDeny(
  policies: readonly KubeObject[],
  facts: PolicyFacts,
  trustDomains: readonly string[],
  tell: Tell,
): Refusal | undefined {
  for (const rule of rulesOf(policies, "DENY", facts, trustDomains)) {
    if (isMatched(rule, facts, "denied", tell)) return denied(rule.name);
  }
  return undefined;
}

function refusedByAllow(
  policies: readonly KubeObject[],
  facts: PolicyFacts,
  trustDomains: readonly string[],
  tell: Tell,
): Refusal | undefined {
  if (policies.length === 0) return undefined;
  for (const rule of rulesOf(policies, "ALLOW", facts, trustDomains)) {
    if (isMatched(rule, facts, "allowed", tell)) return undefined;
  }
  const object = policies[0];
  const why = "no rule of any ALLOW policy for the workload matches, and there are such policies";
  tell?.({ taken: true, object, path: "spec.action", why });
  return denied("none");
}

function isMatched(rule: CompiledRule, facts: PolicyFacts, verdict: string, tell: Tell): boolean {
  const failing = rule.failing(facts);
  if (tell) {
    const { object, path } = rule;
    tell(
      failing
        ? {
            taken: false,
            object,
            path: `${path}.${failing.path}`,
            why: `the request does not fit ${failing.values.map((value) => `"${value}"`).join(", ")}`,
          }
        : { taken: true, object, path, why: `the rule matches: ${verdict}` },
    );
  }
  return failing === undefined;
}

const denied = (policy: string): Refusal => ({
  status: 403,
  details: `rbac_access_denied_matched_policy[${policy}]`,
  body: "RBAC: access denied",
  headers: {},
  flags: [],
});
