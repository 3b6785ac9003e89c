import { createHash } from "node:crypto";
import { isRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { RolloutForm } from "./object-store";

const PREFIX = "mesh-rollout-";
/** Marks the ConfigMaps that hold rollouts; its value is the rollout's name. */
const LABEL = "quarterdeck.dev/rollout";

/**
 * Rollouts in ConfigMaps `mesh-rollout-<name>` of their own namespace: `spec`, `plan` (as it
 * was started), `status` and `commands` as JSON texts (rollouts.md 6.5).
 */
export const configMapForm: RolloutForm = {
  type: "configMap",
  kind: "ConfigMap",
  objectName: (name) => PREFIX + name,
  rolloutName: ({ metadata }) =>
    metadata.labels?.[LABEL] === undefined || !metadata.name.startsWith(PREFIX)
      ? undefined
      : metadata.name.slice(PREFIX.length),
  read(object) {
    const { spec, plan = spec, status, commands } = dataOf(object);
    // What was written as the plan once it was started counts, whatever becomes of `spec`.
    const asked = { version: spec === plan ? SAME : digest(spec), document: value(spec) };
    return { spec: value(plan), status: value(status), commands: value(commands), asked };
  },
  blank: ({ metadata: { name, namespace } }) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: PREFIX + name,
      namespace,
      labels: { [LABEL]: name, "app.kubernetes.io/managed-by": "quarterdeck" },
    },
  }),
  withPlan: (object, rollout) => withData(object, { spec: JSON.stringify(rollout) }),
  withStatus: (object, { rollout, status }) =>
    withData(object, { plan: JSON.stringify(rollout), status: JSON.stringify(status) }),
  withCommands: (object, commands) => withData(object, { commands: JSON.stringify(commands) }),
  hasStatusPart: false,
};

/** The version of a plan that nobody has edited. */
const SAME = "started";

const digest = (text = ""): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

function dataOf(object: KubeObject): Readonly<Record<string, string>> {
  const { data } = object;
  return isRecord(data) ? (data as Record<string, string>) : {};
}

const withData = (object: KubeObject, data: Readonly<Record<string, string>>): KubeObject => ({
  ...object,
  data: { ...dataOf(object), ...data },
});

/** What a text says; the text itself where it is no JSON, which no schema takes. */
function value(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
