import { isRecord } from "@/lib/k8s/json-value";
import { serviceFqdn } from "@/lib/istio/host";
import { registry, type RegistryService } from "@/lib/mesh/registry";
import type { MeshView } from "@/lib/mesh/view";
import type { Call } from "@/sandbox/traffic/traffic-model";
import { workloadsIn } from "./workloads-in";

/** Names as environments and arguments write them: `cart`, `cart.shop:7070`, `http://cart:80/`. */
const NAME =
  /(?<![\w.-])([a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9-]+)*)(?::(\d{1,5}))?(?![\w.-])/g;
const SHARE = 0.7;

/** Whom the apps of a cluster ask, by `namespace/app`. */
export type InferredCalls = ReadonlyMap<
  string,
  readonly { readonly call: Call; readonly callee: RegistryService }[]
>;

/**
 * What the environments and arguments of workloads give away: a value that names a Service is an
 * address which the application asks. Circles are cut, since nobody says where they end.
 */
export function inferCalls(mesh: MeshView): InferredCalls {
  const found = new Map<string, { call: Call; callee: RegistryService }[]>();
  const below = new Map<string, Set<string>>();
  for (const { key, namespace, spec } of mesh.derive(workloadsIn)) {
    for (const { callee, port } of namedServices(mesh, namespace, spec)) {
      const calleeKey = `${callee.namespace}/${callee.name}`;
      const calls = found.get(key) ?? [];
      const known = calls.some(({ callee: other }) => other === callee);
      if (known || calleeKey === key || reaches(below, calleeKey, key)) continue;
      const below1 = below.get(key) ?? new Set<string>();
      below.set(key, below1.add(calleeKey));
      const call: Call = { host: callee.host, port, method: "GET", path: "/", share: SHARE };
      found.set(key, [...calls, { call, callee }]);
    }
  }
  return found;
}

/** Whether requests to `from` may come to `to`, taking apps to be called like their Services. */
function reaches(below: ReadonlyMap<string, Set<string>>, from: string, to: string): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (key === to) return true;
    if (seen.has(key)) continue;
    seen.add(key);
    open.push(...(below.get(key) ?? []));
  }
  return false;
}

function* namedServices(
  mesh: MeshView,
  namespace: string,
  spec: unknown,
): Iterable<{ readonly callee: RegistryService; readonly port: number }> {
  const known = mesh.derive(registry);
  for (const text of textsOf(spec)) {
    for (const [, name = "", given] of text.matchAll(NAME)) {
      const [short = "", other = namespace] = name.split(".");
      const callee = known.lookup(serviceFqdn(short, other), namespace);
      const port = given ? Number(given) : callee?.ports[0]?.number;
      if (callee?.ports.some(({ number }) => number === port) && port !== undefined) {
        yield { callee, port };
      }
    }
  }
}

/** The values of the containers' environments, commands and arguments. */
function* textsOf(spec: unknown): Iterable<string> {
  const containers: unknown = isRecord(spec) ? spec["containers"] : undefined;
  for (const container of Array.isArray(containers) ? containers.filter(isRecord) : []) {
    const { env, command, args } = container;
    const values = Array.isArray(env)
      ? env.filter(isRecord).map((variable) => variable["value"])
      : [];
    for (const value of [...values, ...listOf(command), ...listOf(args)]) {
      if (typeof value === "string") yield value;
    }
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
