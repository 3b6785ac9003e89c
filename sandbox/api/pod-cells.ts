import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";

const record = (value: unknown): JsonRecord => (isRecord(value) ? value : {});
const records = (value: unknown): readonly JsonRecord[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];

const statuses = (pod: KubeObject): readonly JsonRecord[] =>
  records(record(pod.status).containerStatuses);

/** How many of the pod's containers are ready: `2/2`. */
export function podReady(pod: KubeObject): string {
  const total = records(record(pod.spec).containers).length;
  return `${statuses(pod).filter(({ ready }) => ready === true).length}/${total}`;
}

/** What holds the pod up, or its phase. */
export function podStatus(pod: KubeObject): string {
  if (pod.metadata.deletionTimestamp) return "Terminating";
  const { reason, phase } = record(pod.status);
  const held = statuses(pod)
    .map(
      ({ state }) =>
        record(record(state).waiting).reason ?? record(record(state).terminated).reason,
    )
    .find((why) => typeof why === "string" && why !== "Completed");
  const word = held ?? reason ?? phase;
  return typeof word === "string" ? word : "Unknown";
}

/** How often the pod's containers were restarted. */
export const podRestarts = (pod: KubeObject): string =>
  String(
    statuses(pod).reduce(
      (total, { restartCount }) => total + (typeof restartCount === "number" ? restartCount : 0),
      0,
    ),
  );
