import { createHash } from "node:crypto";
import { AppError } from "@/lib/base/errors";
import { preferredApiVersion } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import type { Logger } from "../log";
import type { Cluster, MeshStore } from "../ports";
import type { RolloutRecord } from "./rollout-store";
import type { RolloutNews } from "./rollout-transitions";

const COMPONENT = "quarterdeck";
/** What the API server takes as a message. */
const MOST_LETTERS = 1024;

/**
 * Writes a Kubernetes Event of each news, upon the rollout's own object where it is a
 * CanaryRollout, and upon the VirtualService that it writes. An Event that cannot be written is
 * no reason to stop a rollout: it is said once in the log.
 */
export function rolloutEvents(needs: {
  readonly cluster: Cluster;
  readonly mesh: MeshStore;
  readonly log: Logger;
}): (record: RolloutRecord, news: readonly RolloutNews[]) => Promise<void> {
  const { cluster, log } = needs;
  let isToldOf: string | undefined;
  return async (record, news) => {
    for (const each of news) {
      for (const about of subjectsOf(needs.mesh, record)) {
        try {
          await cluster.create(eventOf(record, each, about));
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          // Somebody else told the same already.
          if (error.code === "conflict" || error.code === isToldOf) continue;
          isToldOf = error.code;
          log.warn({ err: error, rollout: record.ref.name }, "an Event was not written");
        }
      }
    }
  };
}

function subjectsOf(mesh: MeshStore, { ref, rollout, store }: RolloutRecord): KubeObject[] {
  const { virtualService } = rollout.spec.target;
  const view = mesh.view();
  const written = virtualService && view.get("VirtualService", ref.namespace, virtualService);
  const own =
    store === "customResource" ? view.get("CanaryRollout", ref.namespace, ref.name) : undefined;
  return [own, written].filter((object) => object !== undefined && object !== "");
}

function eventOf(
  { ref, rollout }: RolloutRecord,
  { id, reason, level, message, at }: RolloutNews,
  about: KubeObject,
): KubeObject {
  const { kind, apiVersion, metadata } = about;
  const { name, namespace, uid, resourceVersion } = metadata;
  const time = new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
  const digest = createHash("sha256")
    .update(`${ref.name} ${kind} ${uid ?? ""} ${id}`)
    .digest("hex");
  const text = `${rollout.metadata.name}: ${message}`;
  return {
    apiVersion: preferredApiVersion("Event"),
    kind: "Event",
    metadata: { name: `${name}.${digest.slice(0, 16)}`, namespace: ref.namespace },
    involvedObject: { apiVersion, kind, name, namespace, uid, resourceVersion },
    reason,
    message: text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}…` : text,
    type: level,
    source: { component: COMPONENT },
    reportingComponent: COMPONENT,
    reportingInstance: "",
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
}
