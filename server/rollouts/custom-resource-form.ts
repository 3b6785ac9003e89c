import { isRecord, type JsonRecord, without } from "@/lib/k8s/json-value";
import { ROLLOUT_API_VERSION, ROLLOUT_KIND } from "@/lib/rollout/plan";
import { phaseOf } from "@/lib/rollout/public-phase";
import type { Command } from "@/lib/rollout/status";
import { currentShare } from "@/lib/rollout/transition";
import { type Condition, conditionsOf } from "./conditions";
import type { RolloutForm } from "./object-store";

/**
 * Rollouts as CanaryRollouts, as people apply them (rollouts.md 6.4). The plan that was started is
 * kept in the status: an edit of `spec` changes no rollout that runs. Commands are appended to
 * `spec.commands`, where people may write them too.
 */
export const customResourceForm: RolloutForm = {
  type: "customResource",
  kind: "CanaryRollout",
  objectName: (name) => name,
  rolloutName: ({ metadata }) => metadata.name,
  read(object) {
    const spec = recordOf(object["spec"]);
    const status = recordOf(object["status"]);
    const { name, namespace } = object.metadata;
    const asked = {
      apiVersion: ROLLOUT_API_VERSION,
      kind: ROLLOUT_KIND,
      metadata: { name, namespace },
      spec: without(spec, "commands"),
    };
    return {
      spec: status["engine"] === undefined ? asked : status["plan"],
      status: status["engine"],
      commands: readCommands(spec["commands"], object.metadata.creationTimestamp),
      asked: { version: String(object.metadata.generation ?? 0), document: asked },
      suspended: (spec["suspend"] ?? spec["paused"]) === true,
    };
  },
  blank: ({ metadata: { name, namespace } }) => ({
    apiVersion: ROLLOUT_API_VERSION,
    kind: ROLLOUT_KIND,
    metadata: { name, namespace, labels: { "app.kubernetes.io/managed-by": "quarterdeck" } },
  }),
  withPlan: (object, rollout) => ({ ...object, spec: rollout.spec }),
  withStatus(object, { rollout, status, at }) {
    const { phase, reason, message, step } = phaseOf(status);
    const before = recordOf(object["status"])["conditions"];
    const { steps } = rollout.spec;
    return {
      ...object,
      status: {
        observedGeneration: object.metadata.generation ?? 0,
        phase,
        reason,
        message: message ?? "",
        step: `${step + 1}/${steps.length}`,
        share: currentShare(status),
        conditions: conditionsOf(status, Array.isArray(before) ? (before as Condition[]) : [], at),
        plan: rollout,
        engine: status,
      },
    };
  },
  withCommands: (object, commands) => ({
    ...object,
    spec: { ...recordOf(object["spec"]), commands: commands.map(writtenCommand) },
  }),
  hasStatusPart: true,
};

const recordOf = (value: unknown): JsonRecord => (isRecord(value) ? value : {});

const writtenCommand = ({ at, ...command }: Command): JsonRecord => ({
  ...command,
  at: new Date(at).toISOString(),
});

/** Commands with their times as numbers; who writes one by hand may leave out `by` and `at`. */
function readCommands(value: unknown, created: string | undefined): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((command: unknown) => {
    if (!isRecord(command)) return command;
    const at = command["at"] ?? created;
    return { by: "kubectl", ...command, at: typeof at === "string" ? Date.parse(at) : at };
  });
}
