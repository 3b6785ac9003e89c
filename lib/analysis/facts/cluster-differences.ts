import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";
import { byText } from "../istioctl/words";
import type { Subject } from "../rule";

const DIFFERENCES = ["mode", "type", "ports"] as const;

/** What Services of one name can differ in: being headless, their type, their ports. */
export type Difference = (typeof DIFFERENCES)[number];

/** How a Service differs from its namesakes. */
interface Differences {
  /** The other clusters in which it is another one. */
  readonly clusters: readonly string[];
  readonly found: readonly Difference[];
}

/** Compared as the API server completes them; which port a node opens is each cluster's own affair. */
export const differences = (subject: Subject, mesh: MeshView): Differences =>
  compare(subject, mesh, (spec) => ({
    mode: String(isHeadless(spec)),
    type: spec.at("type").text ?? "ClusterIP",
    ports: portsText(spec, (port) => [
      port.at("protocol").text ?? "TCP",
      port.at("targetPort").value ?? port.at("port").value,
    ]),
  }));

/**
 * Compared as they are written: istioctl completes nothing, and compares the ports of nodes too.
 * Source: istio pkg/config/analysis/analyzers/multicluster/service.go.
 */
export const writtenDifferences = (subject: Subject, mesh: MeshView): Differences =>
  compare(subject, mesh, (spec) => ({
    mode: String(isHeadless(spec)),
    type: spec.at("type").text ?? "",
    ports: portsText(spec, (port) =>
      ["protocol", "targetPort", "nodePort"].map((field) => port.at(field).value),
    ),
  }));

function compare(
  { fields, namespace, name }: Subject,
  mesh: MeshView,
  valuesOf: (spec: Field) => Readonly<Record<Difference, string>>,
): Differences {
  const namesakes = [...(mesh.clusters?.others ?? [])].flatMap(([cluster, view]) => {
    const object = view.get("Service", namespace, name);
    return object ? [{ cluster, values: valuesOf(new Field(object).at("spec")) }] : [];
  });
  if (namesakes.length === 0) return { clusters: [], found: [] };
  const own = valuesOf(fields.at("spec"));
  const others = namesakes.filter(({ values }) =>
    DIFFERENCES.some((one) => values[one] !== own[one]),
  );
  return {
    clusters: others.map(({ cluster }) => cluster).sort(byText),
    found: DIFFERENCES.filter((one) => others.some(({ values }) => values[one] !== own[one])),
  };
}

const isHeadless = (spec: Field): boolean => spec.at("clusterIP").text === "None";

/** Ports by name, as one text. */
const portsText = (spec: Field, more: (port: Field) => readonly unknown[]): string =>
  JSON.stringify(
    spec
      .at("ports")
      .items()
      .map((port) => ({
        name: port.at("name").text ?? "",
        values: [port.at("port").value, port.at("appProtocol").value, ...more(port)],
      }))
      .sort((a, b) => byText(a.name, b.name)),
  );
