import type { Instant } from "@/lib/base/units";
import type { ObjectRef } from "@/lib/istio/kinds";
import { isPodReady, podStatus } from "@/lib/k8s/pod";
import type { MeshView } from "@/lib/mesh/view";
import { proxyCause } from "../proxy-state";
import type { ProxySync } from "../sync-status";
import { XDS_TYPES } from "../xds-type";
import { type Culprit, culpritOf, type RefusingProxy } from "./culprit";
import { readNack } from "./nack";
import { type NackCode, nackKind } from "./nack-kinds";

/** Why a proxy is not in order. */
export type WhyCode =
  | NackCode
  | "in-order"
  | "push-under-way"
  | "no-answer"
  | "no-answer-to-some"
  | "silent-and-not-ready"
  | "not-connected"
  | "not-connected-and-not-ready"
  | "leaving"
  | "older-release"
  | "not-heard-yet"
  | "not-told"
  | "istiod-silent";

/** One cause: proxies with the same title and object are one group. */
export interface Why {
  readonly code: WhyCode;
  /** What is wrong, without naming the proxy: `Listeners refused: a Lua script does not load`. */
  readonly title: string;
  /** What it rests on, as it was said or measured; undefined where there is no more to say. */
  readonly evidence: string | undefined;
  /** The first resource that was refused; undefined where none is named. */
  readonly resource: string | undefined;
  /** How many more of its kind were refused with it. */
  readonly moreResources: number;
  /** The object that did it; undefined where none can be named. */
  readonly culprit: Culprit | undefined;
  /** What to do first. */
  readonly next: string;
}

const NOTHING = {
  evidence: undefined,
  resource: undefined,
  moreResources: 0,
  culprit: undefined,
} as const;

/** Evidence is a line; the whole text is on the page of the proxy. */
const MAX_EVIDENCE = 300;

/** Why a proxy that istiods list is as it is at `now`. `silentSince` says when its istiod fell silent. */
export function whySynced(
  mesh: MeshView,
  proxy: ProxySync,
  { now, silentSince }: { readonly now: Instant; readonly silentSince?: Instant | undefined },
): Why {
  const cause = proxyCause(proxy, now);
  const pod = mesh.get("Pod", proxy.namespace, proxy.pod);
  switch (cause.state) {
    case "refused":
      return whyRefused(mesh, proxy, cause.title);
    case "late": {
      if (silentSince !== undefined) return istiodSilent(proxy, silentSince);
      const isReady = !pod || isPodReady(pod);
      const isAll = proxy.types.CDS.state === "stale" && proxy.types.LDS.state === "stale";
      return {
        ...NOTHING,
        code: !isReady ? "silent-and-not-ready" : isAll ? "no-answer" : "no-answer-to-some",
        title: isReady ? cause.title : `${cause.title}, and its pod is not ready`,
        evidence: isReady ? undefined : notReady(pod),
        next: isReady
          ? "Look at the load of its pod and node, and at the log of container istio-proxy."
          : "Look at the events of its pod: what keeps it from being ready may stop the proxy too.",
      };
    }
    case "pending":
      return {
        ...NOTHING,
        code: "push-under-way",
        title: cause.title,
        next: "Wait a moment: answers usually come within a second.",
      };
    case "synced":
      return silentSince === undefined
        ? { ...NOTHING, code: "in-order", title: cause.title, next: "" }
        : istiodSilent(proxy, silentSince);
  }
}

const istiodSilent = (proxy: ProxySync, since: Instant): Why => ({
  ...NOTHING,
  code: "istiod-silent",
  title: "Its istiod does not answer",
  evidence: `${proxy.istiod} last answered at ${new Date(since).toISOString()}`,
  next: "Look at the istiod's pod: what it said last is shown, newer pushes are unknown.",
});

/** Why a pod with a proxy is listed by no istiod. */
export function whyNotConnected(
  mesh: MeshView,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Why {
  const pod = mesh.get("Pod", namespace, name);
  if (pod?.metadata["deletionTimestamp"] !== undefined) {
    return {
      ...NOTHING,
      code: "leaving",
      title: "Leaving: its pod is being deleted",
      next: "Nothing: its connections are drained.",
    };
  }
  const isReady = !pod || isPodReady(pod);
  return {
    ...NOTHING,
    code: isReady ? "not-connected" : "not-connected-and-not-ready",
    title: isReady ? "Not connected to any istiod" : "Not connected, and its pod is not ready",
    evidence: isReady ? "its pod has a proxy, and no istiod lists it" : notReady(pod),
    next: isReady
      ? "Look at the log of container istio-proxy, and whether it reaches istiod on port 15012."
      : "Look at the events and the log of its pod: a proxy that does not start cannot connect.",
  };
}

function notReady(pod: Parameters<typeof podStatus>[0] | undefined): string {
  const conditions = pod ? (podStatus(pod).conditions ?? []) : [];
  const ready = conditions.find(({ type }) => type === "Ready");
  return [ready?.reason, ready?.message].filter(Boolean).join(": ") || "its pod is not ready";
}

/** A pod with a proxy, before the istiods have said what they know of it. */
export const WHY_NOT_HEARD: Why = {
  ...NOTHING,
  code: "not-heard-yet",
  title: "Istiod is being asked",
  next: "Wait a moment: an istiod with thousands of proxies takes some seconds to answer.",
};

/** A ztunnel that is ready: it asks for workloads and policies, of which syncz tells nothing. */
export const WHY_NOT_TOLD: Why = {
  ...NOTHING,
  code: "not-told",
  title: "Ztunnel: istiod tells no states of it",
  next: "Look at istiod’s connections for whether it is connected, and at ambientz for what it is sent.",
};

/** A synced proxy of an older minor release than the newest istiod. */
export const whyOlder = (version: string, istiod: string): Why => ({
  ...NOTHING,
  code: "older-release",
  title: "Synced, older than the control plane",
  evidence: `${version} under istiod ${istiod}`,
  next: "Restart the workload to take the newer proxy.",
});

function whyRefused(mesh: MeshView, proxy: ProxySync, base: string): Why {
  const type = XDS_TYPES.find((each) => proxy.types[each].error !== undefined) ?? "LDS";
  const text = proxy.types[type].error ?? "";
  const resources = readNack(type, text);
  const kind = nackKind(text);
  const [first] = resources;
  return {
    code: kind.code,
    title: `${base}: ${kind.title}`,
    evidence: (first?.reason || text.trim().split("\n")[0] || "").slice(0, MAX_EVIDENCE),
    resource: first?.name || undefined,
    moreResources: resources.length - 1,
    culprit: culpritOf(mesh, refusing(mesh, proxy), { type, kind, text, resources }),
    next: kind.next,
  };
}

const refusing = (mesh: MeshView, proxy: ProxySync): RefusingProxy => ({
  namespace: proxy.namespace,
  labels: mesh.get("Pod", proxy.namespace, proxy.pod)?.metadata.labels ?? {},
  isGateway: proxy.type === "router",
});

/** The group that a proxy belongs to: those with the same cause and the same object. */
export const causeKey = ({ title, culprit }: Pick<Why, "title" | "culprit">): string =>
  culprit ? `${title}, by ${objectText(culprit.object)}` : title;

const objectText = ({ kind, namespace, name }: ObjectRef): string => `${kind} ${namespace}/${name}`;
