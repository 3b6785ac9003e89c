import type { Callee, LabelledValue, Party } from "./parties";

/**
 * The labels that say who talks to whom, in the order that queries join them in. The host of the
 * service comes last: it is the only one that anybody outside of the cluster may choose.
 */
export const ENDS_LABELS = [
  ...["source_workload", "source_workload_namespace", "source_canonical_service"],
  ...["source_canonical_revision", "source_cluster"],
  ...["destination_workload", "destination_workload_namespace", "destination_canonical_service"],
  ...["destination_canonical_revision", "destination_cluster"],
  ...["destination_service_name", "destination_service_namespace", "destination_service"],
];

/** Stands between joined labels: a character that no name of Kubernetes and no host may hold. */
export const ENDS_SEPARATOR = "\u007f";

/** Who talks to whom, with the names that series are compared by; the same object for the same two. */
export interface Ends {
  readonly source: Party;
  readonly target: Callee;
  /** What a series with these ends is about, by the labels that it has. */
  readonly about: "versions" | "services" | "version" | "service";
  /** All that is known of both: no other two have the same. */
  readonly key: string;
  /** The workloads, as `namespace/name`. */
  readonly from: string;
  readonly to: string;
  /** Both workloads. */
  readonly workloads: string;
  /** From the client's workload to the name that was called. */
  readonly byService: string;
  /** Who talks to whom; by the name that was called where nobody answered, or somebody unknown. */
  readonly pair: string;
}

/** So many are remembered; what nobody has asked for since as many others came is forgotten. */
const REMEMBERED = 30_000;
let recent = new Map<string, Ends>();
let older = new Map<string, Ends>();

/**
 * The ends of a series: of label `ends` where a query has joined its labels, else of those. A large
 * mesh has ten series or more for each two that talk, and all of them again with each refresh, so what
 * is read is kept and shared.
 */
export function endsOf(labels: LabelledValue["labels"]): Ends {
  const name = labels.ends ?? ENDS_LABELS.map((label) => labels[label] ?? "").join(ENDS_SEPARATOR);
  let ends = recent.get(name);
  if (!ends) {
    ends = older.get(name) ?? readEnds(name);
    if (recent.size >= REMEMBERED) {
      older = recent;
      recent = new Map();
    }
    recent.set(name, ends);
  }
  return ends;
}

/** What Istio does not know it calls `unknown`; a series may lack the label too. */
const known = (value: string | undefined) =>
  value === undefined || value === "unknown" ? "" : value;

function readEnds(name: string): Ends {
  const parts = name.split(ENDS_SEPARATOR);
  const has = (index: number) => (parts[index] ?? "") !== "";
  const at = (index: number) => known(parts[index]);
  const party = (from: number): Party => ({
    ...{ workload: at(from), namespace: at(from + 1), app: at(from + 2), revision: at(from + 3) },
    cluster: at(from + 4),
  });
  const source = party(0);
  const target: Callee = {
    ...party(5),
    ...{ service: at(10), serviceNamespace: at(11) },
    host: known(parts.slice(12).join(ENDS_SEPARATOR)),
  };
  const nameOf = ({ namespace, workload }: Party) => `${namespace}/${workload}`;
  const [from, to] = [nameOf(source), nameOf(target)];
  const workloads = `${from}>${to}`;
  const byService = `${from}>${target.host || target.service || to}`;
  const about = has(0) ? "versions" : has(2) ? "services" : has(5) ? "version" : "service";
  return {
    source,
    target,
    about,
    key: parts.map(known).join(ENDS_SEPARATOR),
    from,
    to,
    workloads,
    byService,
    pair: target.workload ? workloads : byService,
  };
}
