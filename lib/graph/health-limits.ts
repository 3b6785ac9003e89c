import { keepFact } from "@/lib/mesh/kept-fact";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshView } from "@/lib/mesh/view";
import { parseYaml } from "@/lib/yaml/parse";
import type { NodeKind } from "./mesh-graph";
import { list, record, stringMap } from "./raw-fields";
import { type ErrorLimits, ERROR_LIMITS, SLOWER_LIMITS } from "./response-limits";
import type { WorkloadFact } from "./workload-index";

/** A node whose limits are asked for. */
interface Subject {
  readonly kind: NodeKind;
  readonly namespace?: string;
  readonly name: string;
  readonly services: readonly string[];
}

const STANDARD: readonly ErrorLimits[] = [ERROR_LIMITS];
const ANNOTATION = "health.kiali.io/rate";
const CONFIG_MAP = "quarterdeck-health";

/**
 * The limits by which a node is judged; the worst verdict of them counts.
 *
 * Kiali's annotation on one of its Services, else on its pods, else on its namespace, comes before
 * the rules of ConfigMap `quarterdeck-health` of its namespace, and those before the rules of the
 * root namespace; the first rule that fits holds.
 *
 * Source of the annotation: kiali.io/docs/configuration/health (`health.kiali.io/rate`).
 */
export function limitsOf(
  { kind, namespace = "", name, services }: Subject,
  workloads: readonly WorkloadFact[],
  mesh: MeshView,
): readonly ErrorLimits[] {
  const onService = mesh.derive(annotatedServices);
  const annotated =
    services.map((service) => onService.get(`${namespace}/${service}`)).find(Boolean) ??
    workloads
      .map(({ annotations, name: of }) =>
        kialiLimits(annotations?.[ANNOTATION], `workload ${namespace}/${of}`),
      )
      .find(Boolean) ??
    mesh.derive(annotatedNamespaces).get(namespace);
  if (annotated) return annotated;
  const rules = mesh.derive(configuredRules);
  const { rootNamespace } = mesh.derive(meshConfig);
  const rule = [...(rules.get(namespace) ?? []), ...(rules.get(rootNamespace) ?? [])].find(
    (given) =>
      globMatches(given.namespace, namespace) &&
      (given.kind === "*" || given.kind === kind) &&
      globMatches(given.name, name),
  );
  return rule ? [rule.limits] : STANDARD;
}

const annotatedServices = (mesh: MeshView) => annotatedLimits("Service", mesh);
const annotatedNamespaces = (mesh: MeshView) => annotatedLimits("Namespace", mesh);

keepFact(annotatedServices, { kinds: ["Service"], facts: [] });
keepFact(annotatedNamespaces, { kinds: ["Namespace"], facts: [] });

function annotatedLimits(kind: "Service" | "Namespace", mesh: MeshView) {
  const found = new Map<string, readonly ErrorLimits[]>();
  for (const { metadata } of mesh.list(kind)) {
    const key = kind === "Namespace" ? metadata.name : `${metadata.namespace}/${metadata.name}`;
    const limits = kialiLimits(metadata.annotations?.[ANNOTATION], `${kind} ${key}`);
    if (limits) found.set(key, limits);
  }
  return found;
}

/**
 * `404,10,20,http,inbound;5XX,1,5`: code, percent from which it is amber, percent from which it is
 * red, protocol, direction; X is any digit. Entries about outbound traffic only, and those that
 * cannot be read, are left out; undefined when none is left.
 */
function kialiLimits(text: string | undefined, owner: string): readonly ErrorLimits[] | undefined {
  if (text === undefined) return undefined;
  const limits = text.split(";").flatMap((entry): ErrorLimits[] => {
    const [codes = "", degraded, failing, protocol = "", direction = ""] = entry
      .split(",")
      .map((part) => part.trim());
    const [amber, red] = [share(degraded), share(failing)];
    const outbound = direction !== "" && direction !== "inbound" && direction !== ".*";
    if (!/^([\dxX]{1,3}|\*)$/.test(codes) || amber === undefined || red === undefined) return [];
    if (outbound) return [];
    return [
      {
        codes,
        degraded: amber,
        failing: red,
        failuresToFail: 0,
        ...(protocol === "http" || protocol === "grpc" ? { protocol } : {}),
        setBy: `annotation ${ANNOTATION} of ${owner}`,
      },
    ];
  });
  return limits.length > 0 ? limits : undefined;
}

interface Rule {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly limits: ErrorLimits;
}

/** The rules of ConfigMaps, by their namespace. What cannot be read is left out. */
function configuredRules(mesh: MeshView): ReadonlyMap<string, readonly Rule[]> {
  const found = new Map<string, readonly Rule[]>();
  for (const map of mesh.list("ConfigMap")) {
    const { name, namespace = "" } = map.metadata;
    const text = stringMap(map["data"])["rules"];
    if (name !== CONFIG_MAP || text === undefined) continue;
    const rules = list(parseYaml(text).documents[0]?.value).map(record);
    found.set(
      namespace,
      rules.map((rule): Rule => ({
        namespace: word(rule.namespace),
        kind: word(rule.kind),
        name: word(rule.name),
        limits: {
          degraded: share(rule.degraded) ?? ERROR_LIMITS.degraded,
          failing: share(rule.failing) ?? ERROR_LIMITS.failing,
          failuresToFail:
            typeof rule.failures === "number" ? rule.failures : ERROR_LIMITS.failuresToFail,
          ...(typeof rule.codes === "string" ? { codes: rule.codes } : {}),
          ...slowerLimits(rule),
          setBy: `ConfigMap ${namespace}/${name}`,
        },
      })),
    );
  }
  return found;
}

keepFact(configuredRules, { kinds: ["ConfigMap"], facts: [] });

/** `slowerDegraded: 3`, `slowerFailing: 10`: times; what is not given stays as it is. */
function slowerLimits({ slowerDegraded, slowerFailing }: Readonly<Record<string, unknown>>) {
  const times = (value: unknown, standard: number) =>
    typeof value === "number" && value > 1 ? value : standard;
  if (slowerDegraded === undefined && slowerFailing === undefined) return {};
  const degraded = times(slowerDegraded, SLOWER_LIMITS.degraded);
  const failing = Math.max(degraded, times(slowerFailing, SLOWER_LIMITS.failing));
  return { slower: { degraded, failing } };
}

const word = (value: unknown): string => (typeof value === "string" && value !== "" ? value : "*");

/** A percentage as a share: `10`, `0.5`, `"10 %"`; undefined for what is none. */
function share(value: unknown): number | undefined {
  const text = typeof value === "number" ? String(value) : typeof value === "string" ? value : "";
  const percent = /^(\d+(?:\.\d+)?)\s*%?$/.exec(text.trim())?.[1];
  return percent === undefined || Number(percent) > 100 ? undefined : Number(percent) / 100;
}

/** Whether `*` and `?` in `glob` can stand for what `text` has there. */
function globMatches(glob: string, text: string): boolean {
  let [at, from] = [0, 0];
  let star = -1;
  let retry = 0;
  while (from < text.length) {
    if (glob[at] === "*") {
      star = at++;
      retry = from;
    } else if (glob[at] === "?" || glob[at] === text[from]) {
      at += 1;
      from += 1;
    } else if (star >= 0) {
      at = star + 1;
      from = ++retry;
    } else return false;
  }
  while (glob[at] === "*") at += 1;
  return at === glob.length;
}
