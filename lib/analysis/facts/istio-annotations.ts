import { type AnnotationInfo, ISTIO_ANNOTATIONS } from "@/lib/istio/annotations";
import type { Field } from "../field";
import type { Subject } from "../rule";

/** One of Istio's annotations on an object. */
export interface AnnotationUse {
  readonly name: string;
  readonly field: Field;
  /** Undefined where Istio has no annotation of this name. */
  readonly info: AnnotationInfo | undefined;
}

/** The kinds whose annotations istioctl looks at. */
export const ANNOTATED_KINDS = ["Namespace", "Service", "Pod", "Deployment"] as const;

/** What istiod and its controllers write themselves. */
const WRITTEN: ReadonlySet<string> = new Set([
  "sidecar.istio.io/status",
  "gateway.istio.io/controller-version",
  "istio.io/rev",
]);

/** The annotations of Istio's domains on an object, without those that Istio writes itself. */
export const annotationUses = ({ fields }: Subject): readonly AnnotationUse[] =>
  fields
    .at("metadata", "annotations")
    .entries()
    .filter(([name]) => isIstios(name) && !WRITTEN.has(name))
    .map(([name, field]) => ({ name, field, info: ISTIO_ANNOTATIONS.get(name) }));

const isIstios = (name: string): boolean =>
  name === "kubernetes.io/ingress.class" || (name.split("/")[0] ?? "").endsWith("istio.io");
