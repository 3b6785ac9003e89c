import { join } from "node:path";
import { difference, isGiven, runAsIstioctl } from "../istioctl-cases";
import { readJson } from "../read-json";
import { type Failure, type Suite, Tallies } from "../suite";

interface Case {
  readonly id: string;
  readonly analyzer: string;
  readonly inputFiles: readonly string[];
  readonly meshConfigFile: string | null;
  readonly meshNetworksFile: string | null;
  readonly clusters?: Readonly<Record<string, readonly string[]>>;
  readonly expected: readonly { readonly code: string; readonly origin: string }[];
}

/** Istio's own table of its analyzers. */
export const istioctlAnalyzers: Suite = {
  name: "istioctl-analyzers",
  run(corpus) {
    const folder = join(corpus, "analyzers");
    const byCode = new Tallies();
    const cases = new Tallies();
    const failures: Failure[] = [];
    const deviations: Failure[] = [];
    for (const one of readJson<{ readonly cases: readonly Case[] }>(folder, "cases.json").cases) {
      const { expected, analyzer, inputFiles } = one;
      const [[own, files], ...others] = clustersOf(one.clusters, inputFiles);
      const all = [...files, ...others.flatMap(([, names]) => names)];
      if (!all.every((file) => isGiven(folder, file))) {
        deviations.push({ id: one.id, why: "its files are not in this part of the corpus" });
        continue;
      }
      const run = {
        ...one,
        files: [...files, DEFAULT_GATEWAY],
        namespace: "",
        clusters: { own, others: new Map(others) },
      };
      const ours = runAsIstioctl(folder, { ...run, analyzers: new Set([analyzer]) });
      const wrong = difference(
        ours.map(({ code, kind, ...ref }) => `${code} ${kind} ${fullName(ref)}`),
        expected.map(({ code, origin }) => `${code} ${origin}`),
      );
      cases.add("cases", wrong.length === 0);
      for (const code of new Set(expected.map((finding) => finding.code))) {
        byCode.add(code, !wrong.some((line) => line.slice(1).startsWith(code)));
      }
      if (wrong.length > 0) failures.push({ id: one.id, why: wrong.join("; ") });
    }
    return { rows: byCode.rows(), scores: [cases.sum("cases", 1)], failures, deviations };
  },
};

type ClusterFiles = readonly [name: string, files: readonly string[]];

/** The clusters of a case, by name; the first is where istioctl runs. */
function clustersOf(
  clusters: Case["clusters"],
  inputFiles: readonly string[],
): readonly [ClusterFiles, ...ClusterFiles[]] {
  const [first = ["", inputFiles], ...others]: readonly ClusterFiles[] = Object.entries(
    clusters ?? {},
  );
  return [first, ...others];
}

/** What Istio's own test adds to each case. */
const DEFAULT_GATEWAY = "files-generated/default-ingressgateway.yaml";

const fullName = ({ namespace, name }: { namespace: string; name: string }): string =>
  [namespace, name].filter(Boolean).join("/");
