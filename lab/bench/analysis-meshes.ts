import type { KubeObject } from "@/lib/k8s/object";
import type { MeshChange } from "@/lib/mesh/view";
import { kindIdOf } from "@/lib/istio/kinds";
import { seededRandom } from "@/sandbox/random";
import { scenarioContent } from "@/sandbox/scenarios/registry";

/** The sandbox's mesh of so many services, with the pods that its controllers would make. */
export function benchMesh(services: number): readonly KubeObject[] {
  const { objects } = scenarioContent(`scale:${services}`, 7);
  const deployments = objects.filter(({ kind }) => kind === "Deployment");
  return [...objects, ...deployments.flatMap(podsOf)];
}

interface DeploymentSpec {
  readonly replicas?: number;
  readonly template: {
    readonly metadata?: { readonly labels?: Record<string, string> };
    readonly spec?: { readonly containers?: readonly object[] };
  };
}

let addresses = 0;

function podsOf({ metadata, spec }: KubeObject): readonly KubeObject[] {
  const { replicas = 1, template } = spec as DeploymentSpec;
  return Array.from({ length: replicas }, (_, index): KubeObject => {
    addresses += 1;
    const podIP = `10.${addresses >> 16}.${(addresses >> 8) & 255}.${addresses & 255}`;
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: `${metadata.name}-6b7f9c5d4-${index}`,
        namespace: metadata.namespace ?? "",
        uid: String(addresses),
        labels: { ...template.metadata?.labels, "security.istio.io/tlsMode": "istio" },
        ownerReferences: [
          {
            apiVersion: "apps/v1",
            kind: "ReplicaSet",
            name: `${metadata.name}-6b7f9c5d4`,
            uid: metadata.name,
          },
        ],
      },
      spec: {
        ...template.spec,
        containers: [
          ...(template.spec?.containers ?? []),
          {
            name: "istio-proxy",
            image: "docker.io/istio/proxyv2:1.30.0",
            args: ["proxy", "sidecar"],
          },
        ],
      },
      status: { phase: "Running", podIP, conditions: [{ type: "Ready", status: "True" }] },
    };
  });
}

/** Kinds that are edited, as often as they change in a cluster: pods most of all. */
const EDITED = ["Pod", "Pod", "VirtualService", "VirtualService", "DestinationRule", "Service"];

/** Edits of one object each: some break something, some mend it, some delete or bring back. */
export function* benchEdits(objects: readonly KubeObject[], count: number): Iterable<MeshChange> {
  const random = seededRandom(11);
  const gone = new Map<string, KubeObject>();
  const byKind = new Map(
    EDITED.map((kind) => [kind, objects.filter((object) => object.kind === kind)]),
  );
  for (let at = 0; at < count; at++) {
    const kind = EDITED[at % EDITED.length] ?? "Pod";
    const ofKind = byKind.get(kind) ?? [];
    const object = ofKind[Math.floor(random.next() * ofKind.length)];
    const id = object && kindIdOf(object);
    if (!object || !id) continue;
    const key = `${kind} ${object.metadata.namespace ?? ""}/${object.metadata.name}`;
    const change = Math.floor(random.next() * 4);
    if (gone.delete(key) || change === 0) yield { type: "put", kind: id, object: { ...object } };
    else if (change === 1) {
      gone.set(key, object);
      yield { type: "delete", kind: id, object };
    } else {
      const text = JSON.stringify(object).replace(/"(v1|http|reviews)"/, '"changed"');
      yield { type: "put", kind: id, object: JSON.parse(text) as KubeObject };
    }
  }
}
