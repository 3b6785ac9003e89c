import { isRecord, type JsonRecord, sameJson } from "@/lib/k8s/json-value";
import type { CandidateVersion } from "@/lib/rollout/candidates";
import { ROLLOUT_API_VERSION, ROLLOUT_KIND } from "@/lib/rollout/plan";
import type { FieldPath } from "@/lib/yaml/field-path";
import { valueAt, withoutValueAt, withValueAt } from "@/lib/yaml/field-value";
import { type Choice, suggestedName } from "./choice";

/** A rollout as it is being written: any field may still be wrong or missing. */
export interface DraftRollout {
  readonly apiVersion: typeof ROLLOUT_API_VERSION;
  readonly kind: typeof ROLLOUT_KIND;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: JsonRecord;
}

/** In what a draft differs from the suggestion, by field of the spec; null takes a field away. */
export type PlanChanges = JsonRecord;

const steps = (weights: readonly number[], hold: number) =>
  weights.map((weight) => ({ weight, hold }));

/** Shares of steps by how they grow; all steps hold as long as the first. */
export const SHAPES = {
  list: [10, 25, 50, 100],
  linear: [10, 20, 30, 40, 50, 60, 70, 80, 90, 100],
  exponential: [1, 2, 4, 8, 16, 32, 64, 100],
} as const;

/** Plans to begin with: what of the spec each of them decides. */
export const PRESETS = {
  careful: {
    steps: steps(SHAPES.list, 60),
    analysis: {
      interval: 20,
      successRate: { min: 99 },
      p99: { maxMs: 500 },
      minRequests: 50,
      failureLimit: 3,
    },
  },
  quick: {
    steps: steps(SHAPES.list, 5),
    analysis: {
      interval: 2,
      successRate: { min: 95 },
      p99: { maxMs: 1000 },
      minRequests: 20,
      failureLimit: 3,
    },
  },
} as const;
export type PresetName = keyof typeof PRESETS;

/** What of the analysis a preset decides. */
const PRESET_ANALYSIS = Object.keys(PRESETS.careful.analysis);

/** Which preset a plan is; undefined for one of its own. */
export function presetOf(spec: JsonRecord): PresetName | undefined {
  const { analysis } = spec;
  const own = isRecord(analysis)
    ? Object.fromEntries(PRESET_ANALYSIS.map((field) => [field, analysis[field]]))
    : {};
  return (Object.keys(PRESETS) as PresetName[]).find(
    (name) => sameJson(PRESETS[name].analysis, own) && sameJson(PRESETS[name].steps, spec["steps"]),
  );
}

/** The plan with what a preset decides; the rest stays as it is. */
export const withPreset = (spec: JsonRecord, name: PresetName): JsonRecord => ({
  ...spec,
  steps: PRESETS[name].steps,
  analysis: { ...(isRecord(spec["analysis"]) ? spec["analysis"] : {}), ...PRESETS[name].analysis },
});

const side = ({ subset, revision, labels }: CandidateVersion) =>
  subset === undefined ? { subset: revision, labels } : { subset };

/** What the plan of a choice is before anybody changes it; empty where nothing is chosen yet. */
export function suggestedSpec({ route, stable, canary }: Choice): JsonRecord {
  if (!route || !stable) return {};
  return {
    target: {
      [route.kind === "VirtualService" ? "virtualService" : "httpRoute"]: route.object,
      route: {
        type: route.type,
        ...(route.name === undefined ? { index: route.index } : { name: route.name }),
      },
      host: route.host,
    },
    stable: side(stable),
    ...(canary ? { canary: side(canary) } : {}),
    ...PRESETS.careful,
    others: "absorb",
  };
}

/** The document that is previewed and started: what a person could have written by hand. */
export function draftRollout(
  choice: Choice,
  more: {
    readonly name: string | null;
    readonly namespace: string | null;
    readonly changes: PlanChanges;
  },
): DraftRollout {
  const fields = Object.entries({ ...suggestedSpec(choice), ...more.changes });
  return {
    apiVersion: ROLLOUT_API_VERSION,
    kind: ROLLOUT_KIND,
    metadata: {
      name: more.name ?? suggestedName(choice),
      namespace: more.namespace ?? choice.route?.namespace ?? "default",
    },
    spec: Object.fromEntries(fields.filter(([, value]) => value !== null)),
  };
}

/** In what `spec` differs from the suggestion: all that the URL must keep. */
export function changesOf(choice: Choice, spec: JsonRecord): PlanChanges {
  const suggested = suggestedSpec(choice);
  const names = new Set([...Object.keys(suggested), ...Object.keys(spec)]);
  return Object.fromEntries(
    [...names].flatMap((name) =>
      sameJson(suggested[name], spec[name]) ? [] : [[name, spec[name] ?? null] as const],
    ),
  );
}

/** A copy of the spec with `value` at a path; undefined takes the field away, and what that empties. */
export function withField(spec: JsonRecord, path: FieldPath, value: unknown): JsonRecord {
  if (value !== undefined) {
    const changed = withValueAt(spec, path, value);
    return isRecord(changed) ? changed : spec;
  }
  const without = withoutValueAt(spec, path);
  const around = path.slice(0, -1);
  const rest = valueAt(without, around);
  const isEmptied = around.length > 0 && isRecord(rest) && Object.keys(rest).length === 0;
  if (isEmptied) return withField(spec, around, undefined);
  return isRecord(without) ? without : spec;
}
