import { AppError } from "@/lib/base/errors";
import type { Brand } from "@/lib/base/brand";

/** What a debug page can be asked with. `proxy`: a part of a connection's id, such as `pod.namespace`. */
interface Parameter {
  readonly name: "proxyID" | "namespace" | "types" | "include_eds" | "sizes";
  readonly required: boolean;
  readonly value: "proxy" | "text" | "types" | "flag";
}

/** One of istiod's debug pages that only reads. */
export interface DebugPage {
  /** Its path below `/debug/`. */
  readonly name: string;
  /** What it shows, in a few words. */
  readonly about: string;
  readonly group: "Proxies" | "Registry" | "Configuration" | "Internals";
  readonly parameters: readonly Parameter[];
}

const PROXY: Parameter = { name: "proxyID", required: true, value: "proxy" };
const MAYBE_PROXY: Parameter = { ...PROXY, required: false };

const page = (
  group: DebugPage["group"],
  name: string,
  about: string,
  ...parameters: readonly Parameter[]
): DebugPage => ({ name, about, group, parameters });

/** Every debug page of istiod (pilot/pkg/xds/debug.go) that reads and changes nothing. */
export const DEBUG_PAGES: readonly DebugPage[] = [
  page("Proxies", "syncz", "What was sent to each proxy, and what it acknowledged", {
    name: "namespace",
    required: false,
    value: "text",
  }),
  page("Proxies", "connections", "Which proxies are connected"),
  page("Proxies", "adsz", "Connected proxies and what each one watches", MAYBE_PROXY),
  page(
    "Proxies",
    "config_dump",
    "What istiod would send to one proxy",
    PROXY,
    { name: "types", required: false, value: "types" },
    { name: "include_eds", required: false, value: "flag" },
  ),
  page("Proxies", "edsz", "The endpoints that one proxy gets", PROXY),
  page("Proxies", "ecdsz", "The extensions that one proxy gets", PROXY),
  page("Proxies", "ndsz", "The names that one proxy resolves itself", PROXY),
  page("Proxies", "sidecarz", "What one proxy may see, after Sidecar and exportTo", PROXY),
  page("Proxies", "instancesz", "Which ports of Services lead to each proxy"),
  page("Registry", "registryz", "Every host that istiod knows"),
  page("Registry", "endpointShardz", "Endpoints of every host, by the registry they came from"),
  page("Registry", "clusterz", "Clusters that istiod reads, and whether it has caught up"),
  page("Registry", "networkz", "Gateways that lead to other networks"),
  page("Registry", "mcsz", "Services exported to and imported from other clusters"),
  page("Registry", "ambientz", "Workloads, services and policies of ambient mode"),
  page("Configuration", "configz", "Every object of configuration that istiod holds"),
  page("Configuration", "mesh", "The mesh configuration in effect"),
  page("Configuration", "authorizationz", "AuthorizationPolicies by namespace"),
  page("Configuration", "telemetryz", "Telemetry objects by namespace", MAYBE_PROXY),
  page("Configuration", "inject", "The template of the sidecar injector and its values"),
  page("Configuration", "resourcesz", "Kinds that istiod watches"),
  page("Internals", "push_status", "What the last push found wrong"),
  page("Internals", "pushcontext", "Policies and network gateways of the last push"),
  page("Internals", "cachez", "Resources in istiod's cache", {
    name: "sizes",
    required: false,
    value: "flag",
  }),
  page("Internals", "krtz", "Collections of istiod's controllers, and whether they are in sync"),
];

/** Pages that exist and are never asked for, and why. */
export const NEVER_ASKED: readonly { readonly path: string; readonly why: string }[] = [
  { path: "adsz?push=true", why: "It pushes all configuration to every proxy." },
  { path: "cachez?clear=true", why: "It empties istiod's cache." },
  { path: "force_disconnect", why: "It cuts a proxy off." },
  { path: "pprof", why: "Profiling takes processor time of istiod, and its answers are binary." },
];

/** Names of Istio 1.0 to 1.4, what they became, and what is different. */
export const FORMER_NAMES: readonly {
  readonly was: string;
  readonly is: string;
  readonly types?: string;
  readonly note: string;
}[] = [
  { was: "synz", is: "syncz", note: "It was renamed." },
  { was: "endpointz", is: "endpointShardz", note: "The old name is an alias of this page." },
  {
    was: "cdsz",
    is: "config_dump",
    types: "cds",
    note: "It was removed; config_dump with types=cds shows the same of one proxy.",
  },
  {
    was: "workloadz",
    is: "instancesz",
    note: "It was removed; this page has the workloads behind proxies, ambientz those of ambient mode.",
  },
  {
    was: "authenticationz",
    is: "authorizationz",
    note: "It was removed. Nothing of istiod tells mutual TLS between two hosts any more; this page has authorization alone.",
  },
];

/** What a name that somebody typed or pasted leads to. */
export type Found =
  | {
      readonly type: "page";
      readonly page: DebugPage;
      /** Set where the name is one of an older Istio. */
      readonly former:
        { readonly was: string; readonly types?: string; readonly note: string } | undefined;
    }
  | { readonly type: "never"; readonly path: string; readonly why: string }
  | { readonly type: "unknown" };

/** The page of `text`: a name, a path such as `/debug/cdsz`, or a whole URL; case does not matter. */
export function findDebugPage(text: string): Found {
  const path = text
    .trim()
    .replace(/^https?:\/\/[^/]*/i, "")
    .replace(/^\/?debug\//i, "");
  const [typed = "", query = ""] = path.split("?");
  const name = typed.replace(/\/.*$/, "").toLowerCase();
  const asked = new Set(query.split("&").map((part) => part.split("=")[0] ?? ""));
  const never = NEVER_ASKED.find(({ path: other }) => {
    const [page = "", parameter] = other.split("?");
    return name === page && (parameter === undefined || asked.has(parameter.split("=")[0] ?? ""));
  });
  if (never) return { type: "never", ...never };
  const former = FORMER_NAMES.find(({ was }) => was === name);
  const wanted = (former?.is ?? name).toLowerCase();
  const page = DEBUG_PAGES.find((each) => each.name.toLowerCase() === wanted);
  return page ? { type: "page", page, former } : { type: "unknown" };
}

/** Types of configuration that `config_dump` takes. */
export const DUMP_TYPES = ["cds", "lds", "rds", "eds", "sds", "ecds", "nds"] as const;

/** What the operator filled in; empty texts count as absent. */
export interface DebugQuestion {
  readonly page: string;
  readonly proxy?: string;
  readonly namespace?: string;
  readonly types?: readonly (typeof DUMP_TYPES)[number][];
  readonly flag?: boolean;
}

/** A path of a page that changes nothing. Only `debugPath` makes one. */
export type DebugPath = Brand<string, "DebugPath">;

/**
 * The path that asks `question`. Only what the page takes gets into it, so no question can reach a
 * page or a parameter that changes something.
 * @throws AppError `invalid` for an unknown page, or where a proxy is needed and none is named
 */
export function debugPath(question: DebugQuestion): DebugPath {
  const page = DEBUG_PAGES.find(({ name }) => name === question.page);
  if (!page) throw new AppError("invalid", `istiod has no page ${question.page} that is asked for`);
  const query = page.parameters.flatMap(({ name, required, value }) => {
    const text = valueOf(question, value);
    if (text !== "") return [`${name}=${encodeURIComponent(text)}`];
    if (required) {
      throw new AppError("invalid", `${page.name} is about one proxy`, {
        hint: "Name a proxy, such as pod.namespace.",
      });
    }
    return [];
  });
  return `/debug/${page.name}${query.length > 0 ? `?${query.join("&")}` : ""}` as DebugPath;
}

function valueOf(question: DebugQuestion, value: Parameter["value"]): string {
  switch (value) {
    case "proxy":
      return question.proxy?.trim() ?? "";
    case "text":
      return question.namespace?.trim() ?? "";
    case "types":
      return question.types?.join(",") ?? "";
    case "flag":
      return question.flag ? "true" : "";
  }
}
