import { CommandError } from "@/cli/command";
import { authorizer } from "@/lib/authz/authorizer";
import type { TokenVerifier } from "@/lib/authz/verify-token";
import { isIpAddress } from "@/lib/istio/host";
import type { KubeObject } from "@/lib/k8s/object";
import type { Admit } from "@/lib/mesh/arrival";
import { applyChanges, type MeshView } from "@/lib/mesh/view";
import { expectedWaypointPods } from "@/lib/routing/ambient";
import { possibilities } from "@/lib/routing/chance";
import { Journey } from "@/lib/routing/journey";
import type {
  ApplicationCall,
  ApplicationReply,
  JourneyResult,
  JourneyStatus,
} from "@/lib/routing/journey-setting";
import { hostOfAuthority } from "@/lib/routing/request";
import type { TraceStep } from "@/lib/routing/trace";
import { type AskedRequest, targetOf } from "./asked-request";

/** One way that a request can end. Undefined is what nobody got to know; `null` is none. */
export interface Outcome {
  readonly probability: number;
  readonly status: JourneyStatus;
  readonly pod: string | null;
  readonly version: string | null;
  readonly path: string | null;
  readonly authority: string | null;
  readonly port: number | null;
  readonly mtlsPeer: string | null;
  readonly requestHeaders: Readonly<Record<string, string | null>>;
  readonly responseHeaders: Readonly<Record<string, string | null>>;
  /** With commas; `-` for none, `null` where no proxy had a part in it. */
  readonly flags: string | null;
  readonly details: string | null;
  readonly route: string | null;
  readonly cluster: string | null;
  readonly delayMs: number;
  readonly attempts: number;
}

/** A step at a proxy, which is named by its pod as `name.namespace`. */
export interface ProxyStep extends TraceStep {
  readonly proxy: string;
}

/** Everything that can become of a request, and why. */
export interface Simulated {
  /** The likeliest first. */
  readonly outcomes: readonly Outcome[];
  readonly steps: readonly ProxyStep[];
}

/** Headers that every proxy writes anew: they tell nothing about the configuration. */
const VOLATILE: ReadonlySet<string> = new Set([
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-client-cert",
  "x-request-id",
]);

/** The mesh with the pods that istiod would make of waypoints: files rarely hold them. */
function withWaypoints(mesh: MeshView): MeshView {
  const objects = expectedWaypointPods(mesh);
  if (objects.length === 0) return mesh;
  return applyChanges(
    mesh,
    objects.map((object) => ({ type: "put", kind: "Pod", object }) as const),
  );
}

/** What the mesh would do with a request. @throws CommandError */
export function simulateRequest(
  given: MeshView,
  asked: AskedRequest,
  verifier: TokenVerifier,
): Simulated {
  const mesh = given.derive(withWaypoints);
  const client = clientOf(mesh, asked.from);
  const { scheme, host, port, authority, path } = targetOf(asked.url);
  const headers = Object.fromEntries(
    Object.entries(asked.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const tcp = asked.tcp === true || scheme === "tcp";
  const request = {
    port,
    method: asked.method ?? "GET",
    scheme: scheme === "https" ? ("https" as const) : ("http" as const),
    authority: asked.host ?? headers["host"] ?? authority,
    path,
    headers,
    sni: scheme === "https" ? serverName(host, asked.host) : undefined,
    protocol: tcp ? ("tcp" as const) : scheme === "https" ? ("tls" as const) : ("http" as const),
  };
  const admits = new Map<MeshView, Admit>();
  const admit = (view: MeshView): Admit => {
    const known = admits.get(view) ?? authorizer(view, verifier);
    admits.set(view, known);
    return known;
  };
  const steps = new Steps();
  const ways = possibilities((chance) => {
    const journey = new Journey({
      chance,
      networkMs: 0,
      meshOf: () => mesh,
      admit,
      respond: (call) => reply(asked.upstream, call),
      trace: (proxy) => steps.at(proxy),
    });
    return journey.depart(client, host, request, { at: 0, depth: 0 });
  });
  const merged = new Map<string, Outcome>();
  for (const { probability, value } of ways) {
    const outcome = outcomeOf(value, headers);
    const key = JSON.stringify(outcome);
    const before = merged.get(key)?.probability ?? 0;
    merged.set(key, { ...outcome, probability: before + probability });
  }
  const outcomes = [...merged.values()].sort((a, b) => b.probability - a.probability);
  return { outcomes, steps: steps.all };
}

/** The name that a TLS client asks for: of the URL; for an address, of the Host that is given. */
const serverName = (host: string, given: string | undefined): string | undefined => {
  if (!isIpAddress(host)) return host;
  return given === undefined ? undefined : hostOfAuthority(given);
};

/** The steps of all ways, each step once. */
class Steps {
  readonly all: ProxyStep[] = [];
  private readonly known = new Set<string>();

  at(key: string) {
    const proxy = key.split("/").reverse().join(".");
    return (step: TraceStep): void => {
      const { object, ...rest } = step;
      const identity = JSON.stringify([proxy, object?.kind, object?.metadata.name, rest]);
      if (this.known.has(identity)) return;
      this.known.add(identity);
      this.all.push({ proxy, ...step });
    };
  }
}

function clientOf(mesh: MeshView, from: string): KubeObject {
  const dot = from.lastIndexOf(".");
  if (dot <= 0) throw new CommandError(`--from takes POD.NAMESPACE, not '${from}'`);
  const [name, namespace] = [from.slice(0, dot), from.slice(dot + 1)];
  const pod = mesh.get("Pod", namespace, name);
  if (!pod) throw new CommandError(`there is no Pod '${name}' in namespace '${namespace}'`);
  return pod;
}

/** An application answers 200 at once unless it is said to do otherwise. */
function reply(upstream: AskedRequest["upstream"], { request }: ApplicationCall): ApplicationReply {
  const { status = 200, delayMs = 0, failUntil = 0, failStatus = 503 } = upstream ?? {};
  const attempt = Number(request.headers["x-envoy-attempt-count"] ?? 1);
  return { status: attempt < failUntil ? failStatus : status, durationMs: delayMs, bytes: 0 };
}

function outcomeOf(result: JourneyResult, sent: Readonly<Record<string, string>>): Outcome {
  const { reached, log, status } = result;
  const { pod, request } = reached ?? {};
  return {
    probability: 0,
    status,
    pod: pod?.metadata.name ?? null,
    version: pod?.metadata.labels?.["version"] ?? null,
    path: request && status !== "tcp" ? request.path : null,
    authority: request && status !== "tcp" ? request.authority : null,
    port: request?.port ?? null,
    mtlsPeer: reached?.peer ?? null,
    requestHeaders: request && status !== "tcp" ? differences(sent, request.headers) : {},
    responseHeaders: result.responseHeaders,
    flags: log ? log.flags.join(",") || "-" : null,
    details: log?.details || null,
    route: log?.route || null,
    cluster: log?.cluster ?? null,
    delayMs: Math.round(result.durationMs),
    attempts: log?.attempts ?? 0,
  };
}

function differences(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): Readonly<Record<string, string | null>> {
  const changes: Record<string, string | null> = {};
  for (const name of Object.keys(before)) if (after[name] === undefined) changes[name] = null;
  for (const [name, value] of Object.entries(after)) {
    if (before[name] !== value && !VOLATILE.has(name)) changes[name] = value;
  }
  return changes;
}
