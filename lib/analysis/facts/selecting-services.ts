import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";

type Labels = Readonly<Record<string, string>>;

/** The Services of a namespace whose selector takes pods with these labels. Reads Service. */
export const servicesSelecting = (
  mesh: MeshView,
  namespace: string,
  labels: Labels,
): readonly KubeObject[] =>
  Object.entries(labels)
    .flatMap((label) => mesh.lookup(BY_FIRST_LABEL, keyOf(namespace, label)))
    .flatMap(({ service, selector }) => (hasLabels(labels, selector) ? [service] : []));

/** The Services of a namespace that have no selector. Reads Service. */
export const servicesWithoutSelector = (mesh: MeshView, namespace: string): readonly KubeObject[] =>
  mesh.lookup(BY_FIRST_LABEL, keyOf(namespace)).map(({ service }) => service);

/** Services under one label of their selector: what it selects has that label among others. */
const BY_FIRST_LABEL: MeshIndex<{ readonly service: KubeObject; readonly selector: Labels }> = {
  kinds: ["Service"],
  entries(service) {
    const selector = new Field(service).at("spec", "selector").labels();
    const [label] = Object.entries(selector);
    return [[keyOf(service.metadata.namespace ?? "", label), { service, selector }]];
  },
};

const keyOf = (namespace: string, label: readonly [string, string] = ["", ""]): string =>
  `${namespace} ${label[0]}=${label[1]}`;
