import { isRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { ClusterState } from "./cluster-state";
import { flag, wholeNumber } from "./list-options";
import type { Answer, ObjectRequest } from "./object-request";
import type { LogLine } from "./pod-log-store";
import { refuse } from "./status-error";

/** GET of a pod's log. @throws StatusError */
export function podLog(state: ClusterState, { path, query, target }: ObjectRequest): Answer {
  const pod = state.objects.get(target.type, path);
  checkTail(query.get("tailLines") ?? "", path.name);
  const ref = {
    namespace: path.namespace,
    name: path.name,
    container: containerOf(pod, query.get("container") ?? ""),
  };
  if (flag(query, "previous")) {
    throw refuse.badRequest(
      `previous terminated container "${ref.container}" in pod "${ref.name}" not found`,
    );
  }
  const print = printer(query);
  const kept = selected(state.logs.read(ref), query, state.clock.now());
  const text = limited(kept.map(print).join(""), wholeNumber(query, "limitBytes"));
  if (!flag(query, "follow")) return { code: 200, text, contentType: "text/plain" };
  return {
    stream(response) {
      response.writeHead(200, { "content-type": "text/plain" });
      response.flushHeaders();
      const lines = state.streams.add(response);
      lines.write(text);
      const stops = [
        state.logs.follow(ref, (line) => lines.write(print(line))),
        state.objects.storage.watch("pods", ({ type, object: { metadata } }) => {
          const same = metadata.name === path.name && metadata.namespace === path.namespace;
          if (same && type === "DELETED") lines.end();
        }),
      ];
      response.on("close", () => stops.forEach((stop) => stop()));
    },
  };
}

/** @throws StatusError 422 for a negative number of lines */
function checkTail(text: string, name: string): void {
  if (!/^-\d+$/.test(text)) return;
  throw refuse.invalid({ group: "", kind: "PodLogOptions" }, name, [
    {
      reason: "FieldValueInvalid",
      field: "tailLines",
      message: `Invalid value: ${text}: must be greater than or equal to 0`,
    },
  ]);
}

/** The container that a request is about: the named one, the pod's default, or its only one. */
function containerOf(pod: KubeObject, wanted: string): string {
  const spec = isRecord(pod.spec) ? pod.spec : {};
  const names = (field: string): string[] => {
    const list: unknown = spec[field];
    return Array.isArray(list)
      ? list.filter(isRecord).map(({ name }) => (typeof name === "string" ? name : ""))
      : [];
  };
  const containers = names("containers");
  const all = [...containers, ...names("initContainers")];
  const { name } = pod.metadata;
  if (wanted) {
    if (all.includes(wanted)) return wanted;
    throw refuse.badRequest(`container ${wanted} is not valid for pod ${name}`);
  }
  const [only] = containers;
  if (only !== undefined && all.length === 1) return only;
  throw refuse.badRequest(
    `a container name must be specified for pod ${name}, choose one of: [${all.join(" ")}]`,
  );
}

function selected(lines: readonly LogLine[], query: URLSearchParams, now: number) {
  const since = wholeNumber(query, "sinceSeconds");
  const sinceTime = Date.parse(query.get("sinceTime") ?? "");
  const from = since === undefined ? sinceTime : now - since * 1000;
  const recent = Number.isNaN(from) ? lines : lines.filter(({ at }) => at >= from);
  const tail = wholeNumber(query, "tailLines");
  return tail === undefined ? recent : tail === 0 ? [] : recent.slice(-tail);
}

const printer = (query: URLSearchParams): ((line: LogLine) => string) =>
  flag(query, "timestamps")
    ? ({ at, text }) => `${new Date(at).toISOString()} ${text}\n`
    : ({ text }) => `${text}\n`;

const limited = (text: string, bytes: number | undefined): string =>
  bytes === undefined ? text : Buffer.from(text).subarray(0, bytes).toString();
