import { resolveHost } from "@/lib/istio/host";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { MeshView } from "@/lib/mesh/view";
import { declaredHosts } from "../facts/declared-hosts";
import { labelText } from "../facts/label-text";
import { labelsOf, podsWith } from "../facts/pods";
import { workloads, WORKLOAD_KINDS } from "../facts/workloads";
import { Field } from "../field";
import { lookUpHost } from "../istioctl/service-lookup";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "subset-without-pods",
  code: "IST0173",
  aliases: ["KIA0203"],
  level: "Error",
  kinds: ["DestinationRule"],
  reads: ["Service", "ServiceEntry", "ConfigMap", ...WORKLOAD_KINDS],
  title: "A subset selects no workload",
  why: "A subset without endpoints is an empty cluster: Envoy answers 503 with the flag UH (no healthy upstream).",
  fix: "Use labels that pods of the host have, or remove the subset.",
  examples: {
    bad: `
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ port: 9080 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, labels: { app: reviews, version: v1 } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews, subsets: [{ name: v1, labels: { version: v1 } }, { name: v2, labels: { version: v2 } }] }`,
    good: `
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ port: 9080 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, labels: { app: reviews, version: v1 } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews, subsets: [{ name: v1, labels: { version: v1 } }] }`,
  },
  istioctl: {
    analyzers: ["destinationrule.SubsetSelectPodAnalyzer"],
    *check({ fields, namespace }, mesh) {
      const spec = fields.at("spec");
      const exportTo = spec.at("exportTo").texts();
      const host = lookUpHost(mesh, spec.at("host").text ?? "", { namespace, exportTo });
      if (!host) return;
      // Of subsets with one name the last one counts.
      const subsets = new Map(
        spec
          .at("subsets")
          .items()
          .map((subset) => [subset.at("name").text ?? "", subset.at("labels").labels()]),
      );
      for (const [name, labels] of subsets) {
        if (hasLocatedPods(mesh, { ...host.selector, ...labels })) continue;
        yield {
          message: `The Subset ${name} defined in the DestinationRule does not select any pods. Which may lead to 503 UH (NoHealthyUpstream).`,
        };
      }
    },
  },

  *check({ fields, namespace }, mesh) {
    const spec = fields.at("spec");
    const host = spec.at("host").text;
    const declared =
      host === undefined
        ? undefined
        : declaredHosts(mesh).find(resolveHost(host, namespace), namespace);
    // What a ServiceEntry leads to may be anywhere.
    if (declared?.kind !== "Service") return;
    const service = mesh.get("Service", declared.namespace, declared.name);
    const selector = new Field(service).at("spec", "selector").labels();
    if (Object.keys(selector).length === 0) return;
    for (const subset of spec.at("subsets").items()) {
      const labels = subset.at("labels").labels();
      // Labels of the node are not the pod's own; who selects by them sees all of its pods.
      const own = Object.entries(labels).filter(([key]) => !PLACES.has(key));
      const wanted = { ...selector, ...Object.fromEntries(own) };
      if (workloads(mesh).select(wanted, declared.namespace)) continue;
      const at = subset.at("labels");
      yield {
        path: at.exists ? at.path : subset.path,
        message: `No workload of ${declared.host} has the labels ${labelText(labels) || "of its Service"}; requests to this subset get 503.`,
      };
    }
  },
});

const TOPOLOGY = ["topology.kubernetes.io/region", "topology.kubernetes.io/zone"] as const;
const SUBZONE = "topology.istio.io/subzone";
const HOSTNAME = "kubernetes.io/hostname";
const PLACES: ReadonlySet<string> = new Set([...TOPOLOGY, SUBZONE, HOSTNAME]);

/** Whether a pod has all of these labels, those of its node's place among them, as endpoints do. */
function hasLocatedPods(mesh: MeshView, wanted: Readonly<Record<string, string>>): boolean {
  const own = Object.entries(wanted).filter(([key]) => !PLACES.has(key));
  return podsWith(mesh, Object.fromEntries(own)).some((pod) => {
    const node = new Field(pod).at("spec", "nodeName").text;
    if (node === undefined) return hasLabels(labelsOf(pod), wanted);
    const home = mesh.get("Node", "", node);
    const place = { ...placeLabels(home && labelsOf(home)), [HOSTNAME]: node };
    return hasLabels({ ...labelsOf(pod), ...place }, wanted);
  });
}

/** A zone counts only below a region, a subzone only below a zone. */
function placeLabels(node: Readonly<Record<string, string>> = {}): Record<string, string> {
  const place: Record<string, string> = {};
  const [region, zone] = TOPOLOGY;
  if (node[region]) place[region] = node[region];
  if (!node[zone]) return place;
  place[zone] = node[zone];
  if (node[SUBZONE]) place[SUBZONE] = node[SUBZONE];
  return place;
}
