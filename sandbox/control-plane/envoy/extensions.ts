import type { PolicyTarget } from "@/lib/istio/policy-target";
import { compareCreation } from "@/lib/k8s/creation-order";
import { isRecord } from "@/lib/k8s/json-value";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { specOf } from "@/lib/k8s/spec";
import type { MeshView } from "@/lib/mesh/view";
import { ROOT_NAMESPACE } from "../change-scope";
import type { ProxyPod } from "../proxy-pod";
import { FROM_ADS, type Json, typeOf } from "./parts";

/** A resource of the extension discovery service: a filter whose configuration is fetched. */
export interface Extension {
  readonly name: string;
  readonly typed_config: Json;
}

/** Which of a proxy's listeners a filter goes into. */
export type FilterContext = "SIDECAR_INBOUND" | "SIDECAR_OUTBOUND" | "GATEWAY";

interface WasmSpec extends PolicyTarget {
  readonly url?: string;
  readonly sha256?: string;
  readonly pluginName?: string;
  readonly pluginConfig?: unknown;
  readonly failStrategy?: string;
  readonly priority?: number;
  readonly phase?: string;
  readonly vmConfig?: {
    readonly env?: readonly { readonly name?: string; readonly value?: string }[];
  };
}

interface FilterSpec {
  readonly workloadSelector?: { readonly labels?: Readonly<Record<string, string>> };
  readonly configPatches?: readonly {
    readonly applyTo?: string;
    readonly match?: { readonly context?: string };
    readonly patch?: { readonly operation?: string; readonly value?: unknown };
  }[];
}

const GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";

/** Objects of a kind that go for a pod: those of its namespace and of the root's that select it. */
function objectsFor(
  kind: "WasmPlugin" | "EnvoyFilter",
  pod: ProxyPod,
  mesh: MeshView,
): readonly KubeObject[] {
  return mesh
    .list(kind)
    .filter(
      ({ metadata: { namespace } }) => namespace === ROOT_NAMESPACE || namespace === pod.namespace,
    )
    .filter((object) => selects(object, pod))
    .sort(compareCreation);
}

function selects(object: KubeObject, pod: ProxyPod): boolean {
  const { selector, targetRef, targetRefs, workloadSelector } = specOf<WasmSpec & FilterSpec>(
    object,
  );
  const references = targetRefs?.length ? targetRefs : targetRef ? [targetRef] : [];
  if (references.length > 0) {
    const gateway = pod.labels[GATEWAY_NAME];
    return references.some(({ kind, name }) => kind === "Gateway" && name === gateway);
  }
  return hasLabels(pod.labels, selector?.matchLabels ?? workloadSelector?.labels ?? {});
}

/** Plugins of a phase come before those of later ones, of a higher priority before others. */
const PHASES = ["AUTHN", "AUTHZ", "STATS"];

const byTurn = (a: KubeObject, b: KubeObject): number => {
  const turn = (object: KubeObject): readonly [number, number] => {
    const { phase = "", priority = 0 } = specOf<WasmSpec>(object);
    const index = PHASES.indexOf(phase);
    return [index < 0 ? PHASES.length : index, -priority];
  };
  const [[phaseA, turnA], [phaseB, turnB]] = [turn(a), turn(b)];
  return phaseA - phaseB || turnA - turnB;
};

const wasmPlugins = (pod: ProxyPod, mesh: MeshView): readonly KubeObject[] =>
  [...objectsFor("WasmPlugin", pod, mesh)].sort(byTurn);

/** istiod reads a WasmPlugin as a TrafficExtension, and names it so. */
const translatedName = ({ metadata: { name, namespace = "" } }: KubeObject): string =>
  `${namespace}.${name}~istio-translated-wasmplugin`;
const filterName = (plugin: KubeObject): string =>
  `extensions.istio.io/trafficextension/${translatedName(plugin)}`;

function wasmConfig(plugin: KubeObject): Json {
  const {
    url = "",
    sha256,
    pluginConfig,
    pluginName,
    failStrategy,
    vmConfig,
  } = specOf<WasmSpec>(plugin);
  const uri = url.includes("://") ? url : `oci://${url}`;
  const variables = (vmConfig?.env ?? []).map(
    ({ name = "", value = "" }) => [name, value] as const,
  );
  return {
    ...typeOf("extensions.filters.http.wasm.v3.Wasm"),
    config: {
      name: translatedName(plugin),
      ...(pluginName ? { root_id: pluginName } : {}),
      vm_config: {
        runtime: "envoy.wasm.runtime.v8",
        code: {
          remote: {
            http_uri: { uri, cluster: "_", timeout: "30s" },
            ...(sha256 ? { sha256 } : {}),
          },
        },
        environment_variables: {
          key_values: {
            ISTIO_META_WASM_PLUGIN_RESOURCE_VERSION: plugin.metadata.resourceVersion ?? "",
            ...Object.fromEntries(variables),
          },
        },
      },
      ...(pluginConfig === undefined
        ? {}
        : {
            configuration: {
              "@type": "type.googleapis.com/google.protobuf.StringValue",
              value: JSON.stringify(pluginConfig),
            },
          }),
      ...(failStrategy === "FAIL_OPEN" ? { failure_policy: "FAIL_OPEN" } : {}),
    },
  };
}

/** What EnvoyFilters add to a proxy: the values of patches of one kind. */
function patchValues(
  pod: ProxyPod,
  mesh: MeshView,
  applyTo: string,
  context?: FilterContext,
): readonly Json[] {
  return objectsFor("EnvoyFilter", pod, mesh).flatMap((object) =>
    (specOf<FilterSpec>(object).configPatches ?? []).flatMap(({ applyTo: to, match, patch }) => {
      const wanted = match?.context ?? "ANY";
      if (to !== applyTo || !isRecord(patch?.value)) return [];
      return !context || wanted === "ANY" || wanted === context ? [patch.value] : [];
    }),
  );
}

const discoveryOf = (value: Json): unknown => value["config_discovery"] ?? value["configDiscovery"];

/** The filters of a proxy's HTTP listeners whose configuration is fetched, as the listeners name them. */
export const discoveredFilters = (
  pod: ProxyPod,
  mesh: MeshView,
  context: FilterContext,
): readonly Json[] => [
  ...patchValues(pod, mesh, "HTTP_FILTER", context).filter(discoveryOf),
  ...wasmPlugins(pod, mesh).map((plugin) => ({
    name: filterName(plugin),
    config_discovery: {
      config_source: FROM_ADS,
      type_urls: ["wasm.v3.Wasm", "rbac.v3.RBAC"].map(
        (type) => `type.googleapis.com/envoy.extensions.filters.http.${type}`,
      ),
    },
  })),
];

/** The resources that a proxy fetches for such filters: those that any of its listeners names. */
export function extensionsOf(pod: ProxyPod, mesh: MeshView): readonly Extension[] {
  const contexts: readonly FilterContext[] =
    pod.type === "router" ? ["GATEWAY"] : ["SIDECAR_INBOUND", "SIDECAR_OUTBOUND"];
  const named = new Set(
    contexts.flatMap((context) => discoveredFilters(pod, mesh, context)).map(({ name }) => name),
  );
  const added = patchValues(pod, mesh, "EXTENSION_CONFIG").flatMap((value) => {
    const config = value["typed_config"] ?? value["typedConfig"];
    return isRecord(config) ? [{ name: String(value["name"]), typed_config: config }] : [];
  });
  const plugins = wasmPlugins(pod, mesh).map((plugin) => ({
    name: filterName(plugin),
    typed_config: wasmConfig(plugin),
  }));
  return [...added, ...plugins].filter(({ name }) => named.has(name));
}

/** A resource as istiod sends it and Envoy keeps it. */
export const extensionResource = ({ name, typed_config }: Extension): Json => ({
  ...typeOf("config.core.v3.TypedExtensionConfig"),
  name,
  typed_config,
});

/** A resource as istiod's pages show it: of a plugin its configuration alone. */
export const shownExtension = (extension: Extension): Json =>
  String(extension.typed_config["@type"]).endsWith(".wasm.v3.Wasm")
    ? extension.typed_config
    : extensionResource(extension);
