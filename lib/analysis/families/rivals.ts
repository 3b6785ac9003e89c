import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import type { Selecting } from "../facts/selecting-objects";
import { selectorField } from "../facts/selectors";
import { byText, listed, quoted } from "../istioctl/words";
import type { Related, Report, Rule, Subject } from "../rule";

/** A kind of which one object applies to a pod, and one without a selector to a namespace. */
interface ExclusiveKind {
  readonly kind: "Sidecar" | "Telemetry";
  readonly plural: string;
  readonly selecting: (mesh: MeshView) => Selecting;
  /** Pods, and namespaces for objects without a selector, that it does not apply to at all. */
  readonly exempt?: {
    readonly pod: (pod: KubeObject) => boolean;
    readonly namespace: (namespace: KubeObject | undefined) => boolean;
  };
}

type Words = Pick<Rule, "level" | "aliases" | "title" | "why" | "fix">;

/** What is said of a kind where a namespace has several without a selector. */
export const defaultDuplicateWords = (kind: string): Words => ({
  level: "Error",
  aliases: [],
  title: `A namespace has more than one ${kind} without a selector`,
  why: "A namespace takes one default: the oldest counts, and every other is ignored without a word.",
  fix: "Merge them, or give all but one a selector.",
});

/** What is said of a kind where several select a pod. */
export const selectorsOverlapWords = (plural: string): Words => ({
  level: "Error",
  aliases: [],
  title: `Two ${plural} select the same pod`,
  why: "Only one of them applies to the pod; which one depends on their order of creation alone.",
  fix: "Merge them, or give them selectors that no pod matches together.",
});

/** Reports an object without a selector that is not the only one of its namespace. */
export const checkDefaults = ({ kind, plural, selecting, exempt }: ExclusiveKind) =>
  function* ({ object, namespace }: Subject, mesh: MeshView): Iterable<Report> {
    const rivals = mesh.derive(selecting).defaults.get(namespace) ?? [];
    if (rivals.length < 2 || !rivals.includes(object)) return;
    if (exempt?.namespace(mesh.get("Namespace", "", namespace))) return;
    const names = namesOf(rivals);
    yield {
      path: ["metadata", "name"],
      message: `The ${plural} ${names.join(", ")} of ${namespace} have no selector; only the oldest applies.`,
      related: othersThan(object, rivals, kind, "Has no selector either."),
      istioctl: {
        message: `The ${plural} ${listed(names)} in namespace ${quoted(namespace)} have no workload selector, which can lead to undefined behavior.`,
      },
    };
  };

/** Reports each pod that an object selects together with others. */
export const checkSelectors = ({ kind, plural, selecting, exempt }: ExclusiveKind) =>
  function* ({ object, fields, namespace }: Subject, mesh: MeshView): Iterable<Report> {
    const { ofPod, podsOf } = mesh.derive(selecting);
    for (const pod of podsOf.get(object) ?? []) {
      const rivals = ofPod.get(pod) ?? [];
      if (rivals.length < 2 || exempt?.pod(pod)) continue;
      const names = namesOf(rivals);
      yield {
        path: selectorField({ kind, fields }).path,
        message: `Pod ${pod.metadata.name} is selected by the ${plural} ${names.join(", ")}; only one applies.`,
        related: othersThan(object, rivals, kind, "Selects the same pod."),
        istioctl: {
          message: `The ${plural} ${listed(names)} in namespace ${quoted(namespace)} select the same workload pod ${quoted(pod.metadata.name)}, which can lead to undefined behavior.`,
          at: ["metadata", "name"],
        },
      };
    }
  };

const namesOf = (objects: readonly KubeObject[]): readonly string[] =>
  objects.map(({ metadata }) => metadata.name).sort(byText);

const othersThan = (
  object: KubeObject,
  rivals: readonly KubeObject[],
  kind: ExclusiveKind["kind"],
  message: string,
): readonly Related[] =>
  rivals
    .filter((other) => other !== object)
    .map(({ metadata: { namespace = "", name } }) => ({ kind, namespace, name, message }));
