import { join } from "node:path";
import { difference, runAsIstioctl } from "../istioctl-cases";
import { readJson } from "../read-json";
import { type Failure, type Suite, Tallies } from "../suite";

interface Recorded {
  readonly code: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly message: string;
  readonly line: number | null;
}

interface Case {
  readonly id: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly meshConfigFile?: string;
  readonly meshNetworksFile?: string;
  readonly unstableText?: readonly string[];
  readonly findingsAllKinds: readonly Recorded[];
}

type Told = Omit<Recorded, "line"> & { readonly line?: number | null | undefined };

/** Codes whose texts list names in the order of a Go map. */
const UNORDERED: ReadonlySet<string> = new Set(["IST0109", "IST0137", "IST0145", "IST0175"]);

/** Generated files, as `istioctl analyze` with every kind loaded answered them. */
export const istioctlDifferential: Suite = {
  name: "istioctl-differential",
  run(corpus) {
    const folder = join(corpus, "istioctl-differential");
    const files = new Tallies();
    const lines = new Tallies();
    const texts = new Tallies();
    const failures: Failure[] = [];
    const deviations: Failure[] = [];
    for (const one of readJson<readonly Case[]>(folder, "cases.json")) {
      const ours: readonly Told[] = runAsIstioctl(folder, { ...one, ...inputOf(one) });
      const reason = leftovers(ours, one);
      if (reason !== undefined) deviations.push({ id: one.id, why: reason });
      const differing = (key: (finding: Told) => string) =>
        reason === undefined ? difference(ours.map(key), one.findingsAllKinds.map(key)) : [];
      const found = differing(object);
      const placed = differing((finding) => `${object(finding)}:${finding.line ?? "-"}`);
      const worded = differing((finding) => `${object(finding)}: ${words(finding, one)}`);
      files.add("files", found.length === 0);
      lines.add("lines", placed.length === 0);
      texts.add("texts", worded.length === 0);
      const all = [found, placed, worded].find((list) => list.length > 0);
      if (all) failures.push({ id: one.id, why: all.join("; ") });
    }
    return {
      rows: [],
      scores: [
        files.sum("code, kind, namespace, name", 0.99),
        lines.sum("and line", 0.99),
        texts.sum("and text", 0.9),
      ],
      failures,
      deviations,
    };
  },
};

function inputOf({ args, file }: Case) {
  const at = args.indexOf("-n");
  const namespace = args.includes("-A") ? "" : (at >= 0 && args[at + 1]) || "default";
  return { files: [file], namespace };
}

const object = ({ code, kind, namespace, name }: Told): string =>
  `${code} ${kind} ${[namespace, name].filter(Boolean).join("/")}`;

const words = ({ code, message }: Told, { unstableText = [] }: Case): string =>
  UNORDERED.has(code) || unstableText.includes(code)
    ? message
        .split(/[\s,[\]()]+/)
        .sort()
        .join(" ")
    : message;

/**
 * Why a case differs by what earlier cases left in the process that recorded them all: istioctl
 * keeps clusters of remote secrets (IST0126) and the first mesh config that policies were checked
 * with (IST0127) in global variables. A process of its own answers as we do.
 */
function leftovers(ours: readonly Told[], { findingsAllKinds }: Case): string | undefined {
  const [first, ...others] = difference(ours.map(object), findingsAllKinds.map(object));
  if (first === undefined || others.length > 0) return undefined;
  if (first.startsWith("+IST0126")) return "a cluster of an earlier file counts as known there";
  if (first.startsWith("-IST0127")) return "the root namespace of an earlier file counts there";
  return undefined;
}
