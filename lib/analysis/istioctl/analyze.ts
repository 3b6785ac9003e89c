import type { KindId } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import { withClusters } from "@/lib/mesh/clusters";
import { type Clusters, type MeshView, meshView } from "@/lib/mesh/view";
import { formatPath } from "@/lib/yaml/field-path";
import type { YamlLimits } from "@/lib/yaml/parse";
import { subjectOf } from "../subject";
import type { IstioctlReading, Level, Rule } from "../rule";
import type { IstioctlFinding } from "./istioctl-finding";
import { type ReadObject, readAsIstioctl } from "./read-objects";
import { unknownRegistries } from "./mesh-networks";
import { byText, fullName } from "./words";

/** How to read and filter, as on istioctl's command line. */
export interface IstioctlOptions {
  /** Namespace of objects that name none, and the only one that is reported; empty for all (`-A`). */
  readonly namespace: string;
  readonly rules: readonly Rule[];
  /** Only what these analyzers say; undefined for all that run by default. */
  readonly analyzers?: ReadonlySet<string>;
  /** The text of `--meshConfigFile`. */
  readonly meshConfig?: string;
  /** The text of a MeshNetworks. */
  readonly meshNetworks?: string;
  /** The files of the mesh's other clusters, as `--remote-contexts` reads them. */
  readonly clusters?: {
    readonly own: string;
    readonly others: ReadonlyMap<string, readonly IstioctlFile[]>;
  };
  /** Now, in ms since 1970, for certificates. */
  readonly now: number;
  readonly limits: YamlLimits;
}

/** One file, and what is in it. */
interface IstioctlFile {
  readonly file: string;
  readonly text: string;
}

/** The kinds that some analyzer looks at: istioctl reads no other. */
const KINDS: ReadonlySet<KindId> = new Set<KindId>([
  "VirtualService",
  "DestinationRule",
  "Gateway",
  "ServiceEntry",
  "Sidecar",
  "WorkloadEntry",
  "WorkloadGroup",
  "EnvoyFilter",
  "ProxyConfig",
  "AuthorizationPolicy",
  "PeerAuthentication",
  "RequestAuthentication",
  "Telemetry",
  "WasmPlugin",
  "TrafficExtension",
  "KubernetesGateway",
  "HTTPRoute",
  "GRPCRoute",
  "Namespace",
  "Node",
  "Service",
  "Pod",
  "ConfigMap",
  "Secret",
  "Deployment",
  "ValidatingWebhookConfiguration",
  "MutatingWebhookConfiguration",
  "CustomResourceDefinition",
]);

/**
 * What `istioctl analyze` says of some files, taken as the whole cluster with every kind in it:
 * its reading of YAML, its semantics, sentences and lines, sorted as it sorts them.
 */
export function analyzeAsIstioctl(
  files: readonly IstioctlFile[],
  options: IstioctlOptions,
): {
  readonly findings: readonly IstioctlFinding[];
  /** How many objects were read. */
  readonly objects: number;
  /** Why parts of the files were left out. */
  readonly refused: readonly string[];
} {
  const { namespace, limits, now, meshConfig, meshNetworks } = options;
  const { objects, refused } = readAsIstioctl(files, { namespace, kinds: KINDS, limits });
  const home = meshView([...meshConfigMaps(meshConfig), ...withoutMeshConfig(objects)], now);
  const mesh = options.clusters ? withClusters(home, clustersOf(options.clusters, options)) : home;
  const runs = analyzerFilter(options.analyzers);
  const findings = objects.flatMap((read) => findingsOf(read, mesh, options.rules, runs));
  if (!options.analyzers || options.analyzers.has("meshnetworks.MeshNetworksAnalyzer")) {
    findings.push(...unknownRegistries(meshNetworks, mesh));
  }
  const shown = findings.filter((finding) => isShown(finding, namespace));
  return { findings: sorted(shown), objects: objects.length, refused };
}

function clustersOf(
  { own, others }: NonNullable<IstioctlOptions["clusters"]>,
  { namespace, limits }: IstioctlOptions,
): Clusters {
  const read = (files: readonly IstioctlFile[]) =>
    readAsIstioctl(files, { namespace, kinds: KINDS, limits }).objects;
  const views = [...others].map(
    ([name, files]) => [name, meshView(read(files).map(({ object }) => object))] as const,
  );
  return { own, others: new Map(views) };
}

/** istioctl takes the mesh config from its own flag, never from a ConfigMap among the files. */
const withoutMeshConfig = (objects: readonly ReadObject[]): readonly KubeObject[] =>
  objects
    .filter(({ kind, object }) => kind !== "ConfigMap" || object.metadata.name !== "istio")
    .map(({ object }) => object);

const meshConfigMaps = (text: string | undefined): readonly KubeObject[] =>
  text === undefined
    ? []
    : [
        {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "istio", namespace: "istio-system" },
          data: { mesh: text },
        },
      ];

/** Whether one of a rule's analyzers runs. Schemas have an analyzer a kind. */
type AnalyzerFilter = (
  reading: Pick<IstioctlReading, "analyzers" | "optional">,
  kind: string,
) => boolean;

const analyzerFilter =
  (wanted: ReadonlySet<string> | undefined): AnalyzerFilter =>
  ({ analyzers, optional }, kind) =>
    wanted
      ? analyzers.some((name) => wanted.has(name) || wanted.has(`${name}.${kind}`))
      : !optional;

function findingsOf(
  { object, kind, file, line, fieldLines }: ReadObject,
  mesh: MeshView,
  rules: readonly Rule[],
  runs: AnalyzerFilter,
): IstioctlFinding[] {
  const subject = subjectOf(object);
  if (!subject) return [];
  const { name, namespace = "" } = object.metadata;
  return rules
    .filter(({ kinds, code }) => kinds.includes(kind) && !isSuppressed(object, code))
    .flatMap((rule) => {
      const { istioctl } = rule;
      if (!istioctl || !runs(istioctl, object.kind)) return [];
      const reports = istioctl.check
        ? [...istioctl.check(subject, mesh)]
        : [...rule.check(subject, mesh)].flatMap((report) => report.istioctl ?? []);
      const said = reports.filter(
        ({ analyzers }) => !analyzers || runs({ analyzers }, object.kind),
      );
      return said.map(({ message, at }): IstioctlFinding => {
        const { id, code, level } = rule;
        const place = {
          path: at ? formatPath(at) : "",
          file,
          line: (at && fieldLines(at)) ?? line,
        };
        return { rule: id, code, level, kind: object.kind, namespace, name, message, ...place };
      });
    });
}

const SUPPRESS = "galley.istio.io/analyze-suppress";

/** The list is cut at commas and nothing else: a space belongs to the code behind it. */
function isSuppressed({ metadata }: KubeObject, code: string): boolean {
  const list = metadata.annotations?.[SUPPRESS];
  return list?.split(",").some((entry) => entry === "*" || entry === code) ?? false;
}

/** Cluster-wide objects are always shown; a Namespace counts as in itself. */
function isShown({ kind, name, namespace }: IstioctlFinding, wanted: string): boolean {
  const home = kind === "Namespace" ? name : namespace;
  return wanted === "" || home === "" || home === wanted;
}

const LEVELS: readonly Level[] = ["Error", "Warning", "Info"];

/** By level, code, kind, name, namespace and text; what is printed alike is printed once. */
function sorted(findings: readonly IstioctlFinding[]): readonly IstioctlFinding[] {
  const byPrint = new Map(findings.map((finding) => [printed(finding), finding]));
  return [...byPrint]
    .map(([text, finding]) => ({ text, finding }))
    .sort(compare)
    .map(({ finding }) => finding);
}

interface Printed {
  readonly text: string;
  readonly finding: IstioctlFinding;
}

const compare = (a: Printed, b: Printed): number =>
  LEVELS.indexOf(a.finding.level) - LEVELS.indexOf(b.finding.level) ||
  byText(a.finding.code, b.finding.code) ||
  byText(comparator(a.finding), comparator(b.finding)) ||
  byText(a.text, b.text);

const comparator = ({ kind, name, namespace }: IstioctlFinding): string =>
  `${kind}/${name}/${namespace}`;

function printed(finding: IstioctlFinding): string {
  const { level, code, kind, file, line, message } = finding;
  const place = file === undefined ? "" : ` ${file}:${line}`;
  return `${level} [${code}] (${kind} ${fullName(finding)}${place}) ${message}`;
}
