import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { analyzeAsIstioctl } from "@/lib/analysis/istioctl/analyze";
import type { IstioctlFinding } from "@/lib/analysis/istioctl/istioctl-finding";
import { RULES } from "@/lib/analysis/rules.gen";
import { YAML_LIMITS } from "@/lib/yaml/parse";

/** What one run of istioctl was given. */
export interface IstioctlRun {
  /** Below `folder`. */
  readonly files: readonly string[];
  /** Empty for all. */
  readonly namespace: string;
  /** The files of other clusters, and what that of `files` is called. */
  readonly clusters?: {
    readonly own: string;
    readonly others: ReadonlyMap<string, readonly string[]>;
  };
  readonly analyzers?: ReadonlySet<string>;
  readonly meshConfigFile?: string | null;
  readonly meshNetworksFile?: string | null;
}

/** When the corpus was recorded: certificates in it are valid or expired then. */
const RECORDED = Date.parse("2026-08-28T00:00:00Z");

/** Our answer to a run. */
export function runAsIstioctl(folder: string, run: IstioctlRun): readonly IstioctlFinding[] {
  const text = (file: string) => readFileSync(join(folder, file), "utf8");
  const { meshConfigFile, meshNetworksFile, analyzers, clusters } = run;
  const read = (names: readonly string[]) => names.map((file) => ({ file, text: text(file) }));
  const files = read(run.files);
  return analyzeAsIstioctl(files, {
    namespace: run.namespace,
    rules: RULES,
    now: RECORDED,
    limits: YAML_LIMITS,
    ...(analyzers && { analyzers }),
    ...(clusters && {
      clusters: {
        own: clusters.own,
        others: new Map([...clusters.others].map(([name, names]) => [name, read(names)])),
      },
    }),
    ...(meshConfigFile && { meshConfig: text(meshConfigFile) }),
    ...(meshNetworksFile && { meshNetworks: text(meshNetworksFile) }),
  }).findings;
}

/** What two multisets differ in: `-` for what ours lacks, `+` for what it has too much. */
export function difference(ours: readonly string[], theirs: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const key of theirs) counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const key of ours) counts.set(key, (counts.get(key) ?? 0) - 1);
  return [...counts].flatMap(([key, count]) =>
    count === 0 ? [] : [`${count > 0 ? "-" : "+"}${key}`],
  );
}

/** Whether a file of the corpus is among the part that we have. */
export const isGiven = (folder: string, file: string): boolean => existsSync(join(folder, file));
