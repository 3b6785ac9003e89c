import { firstCertificate } from "@/lib/base/x509";
import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import { isPodReady } from "@/lib/k8s/pod";
import type { MeshView } from "@/lib/mesh/view";

/** One webhook of Istio, and whether the API server can ask it. */
export interface MeshWebhook {
  readonly configuration: string;
  readonly kind: "injects" | "validates";
  readonly name: string;
  readonly revision: string | undefined;
  /** What the API server does where the webhook does not answer. */
  readonly failurePolicy: string;
  /** The CA that the API server checks the webhook by; `null`: none is written in. */
  readonly caEnds: number | "unreadable" | null;
  /**
   * Whether a pod that is ready stands behind its Service, as far as objects tell; undefined where
   * it is asked by URL, or by a Service without a selector.
   */
  readonly reachable: boolean | undefined;
  /** `namespace/name:port` of the Service, or the URL. */
  readonly asks: string;
}

/** A revision of istiod, or a tag that leads to one, and the namespaces that follow it. */
export interface MeshRevision {
  readonly name: string;
  /** The revision that the tag leads to; undefined for a revision itself. */
  readonly tagOf: string | undefined;
  readonly istiods: number;
  readonly namespaces: readonly string[];
}

const REVISION = "istio.io/rev";
const TAG = "istio.io/tag";

/** Every webhook of a configuration that has a revision, or whose name ends in `istio.io`. Use with `mesh.derive`. */
export function meshWebhooks(mesh: MeshView): readonly MeshWebhook[] {
  const of = (kind: MeshWebhook["kind"]) =>
    mesh
      .list(kind === "injects" ? "MutatingWebhookConfiguration" : "ValidatingWebhookConfiguration")
      .flatMap((object) => webhooksOf(object).map((webhook) => ({ kind, object, webhook })));
  return [...of("injects"), ...of("validates")]
    .filter(
      ({ object, webhook }) =>
        object.metadata.labels?.[REVISION] !== undefined ||
        text(webhook["name"]).endsWith("istio.io"),
    )
    .map(({ kind, object, webhook }) => {
      const client = isRecord(webhook["clientConfig"]) ? webhook["clientConfig"] : {};
      const service = isRecord(client["service"]) ? client["service"] : undefined;
      return {
        configuration: object.metadata.name,
        kind,
        name: text(webhook["name"]),
        revision: object.metadata.labels?.[REVISION],
        failurePolicy: text(webhook["failurePolicy"]) || "Fail",
        caEnds: caEnds(text(client["caBundle"])),
        reachable: service && reachable(mesh, service),
        asks: service
          ? `${text(service["namespace"])}/${text(service["name"])}:${typeof service["port"] === "number" ? service["port"] : 443}`
          : text(client["url"]),
      };
    });
}

/** Revisions of istiods and webhooks, then tags, each with the namespaces labelled with it. Use with `mesh.derive`. */
export function meshRevisions(mesh: MeshView): readonly MeshRevision[] {
  const istiods = mesh.list("Pod").filter(({ metadata }) => metadata.labels?.["app"] === "istiod");
  const hooks = mesh.list("MutatingWebhookConfiguration");
  const tags = new Map(
    hooks.flatMap(({ metadata: { labels = {} } }) =>
      labels[TAG] === undefined ? [] : [[labels[TAG], labels[REVISION] ?? "default"] as const],
    ),
  );
  const revisions = new Set(
    [...istiods, ...hooks].flatMap(({ metadata: { labels = {} } }) => labels[REVISION] ?? []),
  );
  const carry = (revision: string) =>
    istiods.filter(({ metadata }) => metadata.labels?.[REVISION] === revision).length;
  return [
    ...[...revisions].sort().map((name) => ({
      ...{ name, tagOf: undefined, istiods: carry(name) },
      namespaces: tags.has(name) ? [] : followers(mesh, name),
    })),
    ...[...tags]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, revision]) => ({
        ...{ name, tagOf: revision, istiods: carry(revision) },
        namespaces: followers(mesh, name),
      })),
  ];
}

/** `istio-injection=enabled` is the revision, or the tag, that is called default. */
const followers = (mesh: MeshView, name: string): readonly string[] =>
  mesh
    .list("Namespace")
    .filter(({ metadata: { labels = {} } }) =>
      labels["istio-injection"] === undefined
        ? labels[REVISION] === name
        : labels["istio-injection"] === "enabled" && name === "default",
    )
    .map(({ metadata }) => metadata.name)
    .sort();

const text = (value: unknown): string => (typeof value === "string" ? value : "");

const webhooksOf = (object: KubeObject): readonly JsonRecord[] => {
  const { webhooks } = object as { webhooks?: unknown };
  return Array.isArray(webhooks) ? webhooks.filter(isRecord) : [];
};

function caEnds(bundle: string): MeshWebhook["caEnds"] {
  if (bundle === "") return null;
  const pem = Buffer.from(bundle, "base64").toString("latin1");
  return firstCertificate(pem)?.notAfter ?? "unreadable";
}

function reachable(mesh: MeshView, service: JsonRecord): boolean | undefined {
  const namespace = text(service["namespace"]);
  const found = mesh.get("Service", namespace, text(service["name"]));
  if (!found) return false;
  const spec = isRecord(found["spec"]) ? found["spec"] : {};
  if (!isRecord(spec["selector"])) return undefined;
  const wanted = Object.entries(spec["selector"]);
  return mesh
    .list("Pod")
    .some(
      (pod) =>
        pod.metadata.namespace === namespace &&
        isPodReady(pod) &&
        wanted.every(([key, value]) => pod.metadata.labels?.[key] === value),
    );
}
