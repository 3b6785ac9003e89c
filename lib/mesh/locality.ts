import type { KubeObject } from "@/lib/k8s/object";
import { podSpec } from "@/lib/k8s/pod";
import type { MeshView } from "./view";

type Labels = Readonly<Record<string, string>>;

/** Where a workload runs; empty texts for what is not known. */
export interface Locality {
  readonly region: string;
  readonly zone: string;
  readonly subzone: string;
}

const REGION = "topology.kubernetes.io/region";
const ZONE = "topology.kubernetes.io/zone";
const SUBZONE = "topology.istio.io/subzone";
const HOSTNAME = "kubernetes.io/hostname";
/** On pods; the second is the older one. */
const OVERRIDES = ["topology.istio.io/locality", "istio-locality"] as const;

/** Reads `region/zone/subzone`, of which the end may be left out. */
export function localityOf(text: string): Locality {
  const [region = "", zone = "", subzone = ""] = text.split("/");
  return { region, zone, subzone };
}

/** `region/zone/subzone`, without what is empty at the end. */
export const localityText = ({ region, zone, subzone }: Locality): string =>
  [region, zone, subzone].join("/").replace(/\/+$/, "");

/**
 * Whether a locality lies within one that a rule names, such as `us-east/*` or `us-east/a`.
 * Source: istiod's LocalityMatch.
 */
export function isWithin(locality: Locality, rule: string): boolean {
  const wanted = localityOf(rule);
  return (
    (wanted.region === "*" || wanted.region === locality.region) &&
    (["zone", "subzone"] as const).every(
      (part) => wanted[part] === "*" || wanted[part] === "" || wanted[part] === locality[part],
    )
  );
}

/** 0 for the same subzone, 1 for the same zone, 2 for the same region, else 3. */
export function localityDistance(a: Locality, b: Locality): 0 | 1 | 2 | 3 {
  if (a.region !== b.region) return 3;
  if (a.zone !== b.zone) return 2;
  return a.subzone === b.subzone ? 0 : 1;
}

/** Where pods run: as their labels say, else as their nodes do. */
export interface Localities {
  of(pod: KubeObject): Locality;
  /** The labels of the pod, with those of its place that istiod adds. */
  labelsOf(pod: KubeObject): Labels;
}

/** Where the pods of a mesh run. Use with `mesh.derive`. */
export function localities(mesh: MeshView): Localities {
  const nodeOf = (pod: KubeObject): Labels => {
    const name = podSpec(pod).nodeName;
    return (name && mesh.get("Node", "", name)?.metadata.labels) || {};
  };
  const of = (pod: KubeObject): Locality => {
    const labels = pod.metadata.labels ?? {};
    const given = OVERRIDES.map((name) => labels[name]).find(Boolean);
    // Labels hold no slash: a dot stands for it.
    if (given) return localityOf(given.includes("/") ? given : given.replaceAll(".", "/"));
    const node = nodeOf(pod);
    return {
      region: node[REGION] ?? "",
      zone: node[ZONE] ?? "",
      subzone: node[SUBZONE] ?? "",
    };
  };
  return {
    of,
    labelsOf(pod) {
      const { region, zone, subzone } = of(pod);
      const host = nodeOf(pod)[HOSTNAME] ?? podSpec(pod).nodeName;
      return {
        ...(region && { [REGION]: region }),
        ...(zone && { [ZONE]: zone }),
        ...(subzone && { [SUBZONE]: subzone }),
        ...(host && { [HOSTNAME]: host }),
        ...pod.metadata.labels,
      };
    },
  };
}
