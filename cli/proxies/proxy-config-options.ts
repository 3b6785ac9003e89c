import { CommandError } from "@/cli/command";
import { oneOf, parseOptions } from "@/cli/parse-options";
import {
  PROXY_CONFIG_KINDS,
  type ProxyConfigFilter,
  type ProxyConfigKind,
} from "@/lib/xds/istioctl/proxy-config";

/** What `quarterdeck proxy-config` was asked. */
export interface ProxyConfigOptions {
  readonly kind: ProxyConfigKind;
  /** The proxy's pod; undefined where a file stands for it. */
  readonly pod: { readonly name: string; readonly namespace: string } | undefined;
  /** A saved dump, or `-` for stdin; undefined for the cluster. */
  readonly file: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly filter: ProxyConfigFilter;
  readonly withHeaders: boolean;
  readonly output: "table" | "json" | "yaml" | "short";
}

/** istioctl's other names. */
const ALIASES: Readonly<Record<string, ProxyConfigKind>> = {
  listener: "listeners",
  l: "listeners",
  lds: "listeners",
  route: "routes",
  r: "routes",
  rds: "routes",
  cluster: "clusters",
  c: "clusters",
  cds: "clusters",
  endpoint: "endpoints",
  ep: "endpoints",
  secret: "secrets",
  s: "secrets",
  sds: "secrets",
  b: "bootstrap",
  a: "all",
};

/** Reads the command line of `quarterdeck proxy-config`. @throws CommandError */
export function proxyConfigOptions(args: readonly string[]): ProxyConfigOptions {
  const { values, positionals } = parseOptions(args, {
    file: { type: "string", short: "f" },
    output: { type: "string", short: "o" },
    namespace: { type: "string", short: "n" },
    kubeconfig: { type: "string" },
    context: { type: "string" },
    address: { type: "string" },
    port: { type: "string" },
    type: { type: "string" },
    name: { type: "string" },
    fqdn: { type: "string" },
    direction: { type: "string" },
    subset: { type: "string" },
    cluster: { type: "string" },
    status: { type: "string" },
    "with-headers": { type: "boolean" },
  });
  const [word, pod, extra] = positionals;
  if (word === undefined) {
    throw new CommandError(`name what to show: ${PROXY_CONFIG_KINDS.join(", ")}`);
  }
  const kind = ALIASES[word] ?? PROXY_CONFIG_KINDS.find((known) => known === word);
  if (!kind)
    throw new CommandError(`no table '${word}'; there are ${PROXY_CONFIG_KINDS.join(", ")}`);
  if (extra !== undefined) throw new CommandError(`one proxy at a time, not '${extra}' as well`);
  const { file, kubeconfig, context, namespace } = values;
  if (pod === undefined && file === undefined) {
    throw new CommandError("name a proxy as POD.NAMESPACE, or a dump with --file");
  }
  if (file !== undefined && (kubeconfig !== undefined || context !== undefined)) {
    throw new CommandError("--file and a cluster exclude each other");
  }
  const { address, type, name, fqdn, direction, subset, cluster, status } = values;
  return {
    kind,
    pod: pod === undefined ? undefined : podOf(pod, namespace),
    file,
    kubeconfig,
    context,
    filter: {
      ...{ address, type, name, fqdn, direction, subset, cluster, status },
      port: portOf(values.port),
    },
    withHeaders: values["with-headers"] ?? false,
    output: oneOf("--output", values.output, ["table", "json", "yaml", "short"]),
  };
}

/** `reviews-v1-5f9.shop`; names of pods may hold dots, those of namespaces may not. */
function podOf(text: string, namespace: string | undefined) {
  const dot = text.lastIndexOf(".");
  return dot > 0 && namespace === undefined
    ? { name: text.slice(0, dot), namespace: text.slice(dot + 1) }
    : { name: text, namespace: namespace ?? "default" };
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new CommandError(`--port must be a whole number from 0 to 65535, not '${text}'`);
}
