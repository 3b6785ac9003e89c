import { clusterName } from "../cluster-rows";
import type { XdsType } from "../xds-type";
import type { KindId, ObjectRef } from "@/lib/istio/kinds";
import { hasLabels } from "@/lib/k8s/label-selector";
import { isRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshView } from "@/lib/mesh/view";
import { fieldAt, listField, recordField, textField } from "../field";
import type { RefusedResource } from "./nack";
import type { NackKind } from "./nack-kinds";

/** The object that a refusal was traced to. */
export interface Culprit {
  readonly object: ObjectRef;
  /** The field that did it: `spec.configPatches[0]`. */
  readonly path: string;
  /** Whether Envoy's words hold something of the object, or it is just the one that could. */
  readonly isNamed: boolean;
}

/** A proxy whose refusal is traced. */
export interface RefusingProxy {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly isGateway: boolean;
}

/** What Envoy refused and with which words. */
export interface Refusal {
  readonly type: XdsType;
  readonly kind: NackKind;
  readonly text: string;
  readonly resources: readonly RefusedResource[];
}

/** A field that may have brought a refusal about, with how much speaks for it. */
interface Suspect {
  readonly object: KubeObject;
  readonly kind: KindId;
  readonly path: string;
  readonly score: number;
}

/** Where a patch goes, by the type that it ends up in. */
const APPLIES_TO: Readonly<Record<XdsType, readonly string[]>> = {
  LDS: ["LISTENER", "FILTER_CHAIN", "NETWORK_FILTER", "HTTP_FILTER", "LISTENER_FILTER"],
  CDS: ["CLUSTER"],
  RDS: ["ROUTE_CONFIGURATION", "VIRTUAL_HOST", "HTTP_ROUTE"],
  EDS: ["CLUSTER"],
  ECDS: ["EXTENSION_CONFIG", "HTTP_FILTER"],
};

/** Texts shorter than this are found in any message. */
const TELLING = 4;
/** For a text of the object that stands in Envoy's words, the longer the better. */
const NAMED = 100;
/** For an object that is just of the right kind and reaches the proxy. */
const POSSIBLE = 1;

/**
 * The object that made a proxy refuse: the one of which most stands in Envoy's words, else the only
 * one of the likely kinds that reaches the proxy. Undefined where several could be it.
 */
export function culpritOf(
  mesh: MeshView,
  proxy: RefusingProxy,
  refusal: Refusal,
): Culprit | undefined {
  const suspects = refusal.kind.kinds.flatMap((kind) =>
    kind === "EnvoyFilter"
      ? patchesOf(mesh, proxy, refusal)
      : objectsOf(mesh, proxy, { kind, refusal }),
  );
  const best = Math.max(...suspects.map(({ score }) => score));
  const leaders = suspects.filter(({ score }) => score === best);
  const [first] = leaders;
  if (!first || (best <= POSSIBLE && new Set(leaders.map(({ object }) => object)).size > 1)) {
    return undefined;
  }
  const { name, namespace = "" } = first.object.metadata;
  return {
    object: { kind: first.kind, namespace, name },
    path: first.path,
    isNamed: best > POSSIBLE,
  };
}

function patchesOf(mesh: MeshView, proxy: RefusingProxy, refusal: Refusal): readonly Suspect[] {
  return mesh
    .list("EnvoyFilter")
    .filter((filter) => reaches(mesh, filter, proxy))
    .flatMap((object) =>
      listField(fieldAt(object, "spec"), "configPatches").flatMap((patch, index): Suspect[] => {
        const match = recordField(patch, "match");
        const fits =
          APPLIES_TO[refusal.type].includes(textField(patch, "applyTo")) &&
          (textField(match, "context") !== "GATEWAY" || proxy.isGateway) &&
          mayPatch(match, refusal.resources);
        if (!fits) return [];
        const value = fieldAt(patch, "patch", "value");
        const path = `spec.configPatches[${index}]`;
        return [
          { object, kind: "EnvoyFilter", path, score: POSSIBLE + likeness(value, refusal.text) },
        ];
      }),
    );
}

/** Whether a patch may have touched one of the refused resources: it names none, or one of them. */
function mayPatch(match: unknown, resources: readonly RefusedResource[]): boolean {
  const service = textField(fieldAt(match, "cluster"), "service");
  const names = [
    textField(fieldAt(match, "cluster"), "name"),
    textField(fieldAt(match, "listener"), "name"),
    textField(fieldAt(match, "routeConfiguration"), "name"),
  ].filter(Boolean);
  const isNameless = resources.every(({ name }) => name === "");
  return (
    isNameless ||
    ((!service || resources.some(({ name }) => clusterName(name)?.host === service)) &&
      names.every((wanted) => resources.some(({ name }) => name === wanted)))
  );
}

/** Whether an object with an optional selector reaches a proxy: of its namespace, or the root one. */
function reaches(mesh: MeshView, object: KubeObject, proxy: RefusingProxy): boolean {
  const { namespace } = object.metadata;
  const root = mesh.derive(meshConfig).rootNamespace;
  if (namespace !== proxy.namespace && namespace !== root) return false;
  const spec = recordField(object, "spec");
  const labels =
    recordField(fieldAt(spec, "workloadSelector"), "labels") ??
    recordField(fieldAt(spec, "selector"), "matchLabels");
  return !labels || hasLabels(proxy.labels, labels as Readonly<Record<string, string>>);
}

const SELECTING: ReadonlySet<KindId> = new Set<KindId>([
  "WasmPlugin",
  "RequestAuthentication",
  "Sidecar",
]);

function objectsOf(
  mesh: MeshView,
  proxy: RefusingProxy,
  { kind, refusal }: { readonly kind: KindId; readonly refusal: Refusal },
): readonly Suspect[] {
  const objects = mesh.list(kind);
  if (SELECTING.has(kind)) {
    return suspectsAmong(
      objects.filter((object) => reaches(mesh, object, proxy)),
      kind,
      refusal,
    );
  }
  // One bad object makes thousands of proxies refuse with the same words.
  const known = mesh.derive(rememberedSuspects);
  const key = `${kind} ${refusal.text}`;
  const suspects = known.get(key) ?? suspectsAmong(objects, kind, refusal);
  known.set(key, suspects);
  return suspects;
}

/** Empty at first; filled while proxies of one version of the mesh are traced. */
const rememberedSuspects = (): Map<string, readonly Suspect[]> => new Map();

const suspectsAmong = (
  objects: readonly KubeObject[],
  kind: KindId,
  refusal: Refusal,
): readonly Suspect[] =>
  objects.flatMap((object): Suspect[] => {
    const found = tellingField(fieldAt(object, "spec"), "spec", refusal.text);
    const byName = nameLikeness(object, kind, refusal);
    if (!found && byName === 0) return [];
    const score = Math.max(found?.score ?? 0, byName);
    return [{ object, kind, path: found?.path ?? "spec", score }];
  });

/** An object that is named itself: a plugin by its name, a gateway by the port of the listener. */
function nameLikeness(object: KubeObject, kind: KindId, { text, resources }: Refusal): number {
  const { name, namespace = "" } = object.metadata;
  if (text.includes(`${namespace}.${name}`) || text.includes(`${namespace}/${name}`)) {
    return NAMED + name.length;
  }
  if (kind !== "Gateway") return 0;
  const ports = listField(fieldAt(object, "spec"), "servers").map((server) =>
    String(fieldAt(server, "port", "number")),
  );
  return resources.some(({ name: listener }) => ports.some((port) => listener.endsWith(`_${port}`)))
    ? NAMED
    : 0;
}

/** How much of a value stands in Envoy's words. */
function likeness(value: unknown, text: string): number {
  const found = tellingField(value, "", text);
  return found ? found.score : 0;
}

/** The longest text of a value that stands in Envoy's words, with its place. */
function tellingField(
  value: unknown,
  path: string,
  text: string,
): { readonly path: string; readonly score: number } | undefined {
  if (typeof value === "string") return scored(value, path, text);
  const children = Array.isArray(value)
    ? value.map((item: unknown, index) => tellingField(item, `${path}[${index}]`, text))
    : isRecord(value)
      ? Object.entries(value).map(([key, item]) =>
          tellingField(item, path ? `${path}.${key}` : key, text),
        )
      : [];
  return children.reduce(
    (best, child) => (child && child.score > (best?.score ?? 0) ? child : best),
    undefined,
  );
}

/** Envoy quotes the beginning of a script's first line, and escapes line breaks. */
function scored(value: string, path: string, text: string) {
  const line = value.trim().split(/[\r\n]/, 1)[0] ?? "";
  const quoted = line.slice(0, QUOTED);
  return quoted.length >= TELLING && !COMMON.test(value) && text.includes(quoted)
    ? { path, score: NAMED + quoted.length }
    : undefined;
}

/** LuaJIT quotes this much of a script. */
const QUOTED = 45;
/** Words of every configuration say nothing about who wrote them. */
const COMMON = /^(?:envoy\.|type\.googleapis\.com\/|true$|false$|default$|http$|STATIC$|POST$)/;
