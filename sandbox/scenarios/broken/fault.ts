import type { KubeObject } from "@/lib/k8s/object";
import { parseYaml } from "@/lib/yaml/parse";
import { namespaceObject, service, serviceAccount, workload } from "../object-builders";

/** What the analysis must say of a fault: the fields of a finding that the interface names. */
export interface ExpectedFinding {
  readonly code: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** `spec.http[0].route[0].destination.host`; empty for the object as a whole. */
  readonly path: string;
}

/** One thing that is wrong, in a namespace of its own so that faults do not mix. */
export interface Fault {
  /** Also the name of its namespace. */
  readonly id: string;
  readonly objects: readonly KubeObject[];
  readonly expects: readonly ExpectedFinding[];
}

/** `[code, "Kind/name", path]`; the object is in the fault's namespace unless it is cluster-wide. */
export type Expectation = readonly [code: string, object: string, path: string];

const PORT = 8080;

/**
 * A fault in a namespace that is sound otherwise: a Service `server` over one pod with a sidecar.
 *
 * @param yaml objects that belong to the namespace unless they name another one
 * @param labels of the namespace; undefined asks for sidecars
 */
export function fault(
  id: string,
  yaml: string,
  expects: readonly Expectation[],
  labels?: Readonly<Record<string, string>>,
): Fault {
  const given = parseYaml(yaml).documents.flatMap(({ value }) =>
    value === null ? [] : [inNamespace(value as KubeObject, id)],
  );
  const namespace = namespaceObject(id, true);
  return {
    id,
    objects: [
      labels ? { ...namespace, metadata: { ...namespace.metadata, labels } } : namespace,
      serviceAccount(id, "server"),
      service({
        namespace: id,
        name: "server",
        selector: { app: "server" },
        ports: [{ name: "http", port: 80, targetPort: PORT }],
      }),
      workload({
        namespace: id,
        app: "server",
        version: "v1",
        port: PORT,
        image: "registry.example.com/server:v1",
      }),
      ...given,
    ],
    expects: expects.map(([code, object, path]) => {
      const [kind = "", name = ""] = object.split("/");
      return { code, kind, namespace: kind === "Namespace" ? "" : id, name, path };
    }),
  };
}

const inNamespace = (object: KubeObject, namespace: string): KubeObject => ({
  ...object,
  metadata: { namespace, ...object.metadata },
});
