import { toFinding } from "@/lib/analysis/draft";
import {
  countLevels,
  type Finding,
  type LevelCounts,
  type ObjectFinding,
} from "@/lib/analysis/finding";
import { RULES } from "@/lib/analysis/rules.gen";
import type { Instant } from "@/lib/base/units";
import { kindInfo, type ObjectRef } from "@/lib/istio/kinds";
import type { MeshView } from "@/lib/mesh/view";
import type { MeshStore } from "../ports";
import type { FindingAge, FindingAges } from "./finding-ages";
import type { MeshAnalysis } from "./mesh-analysis";
import { overrideReason } from "./override-reason";
import { lastChange } from "./ownership";

/** One finding of the mesh, with what lists group it by. */
export interface FindingRow extends Finding {
  /** Tells rows apart. */
  readonly id: string;
  readonly ref: ObjectRef | undefined;
  readonly since: FindingAge;
  /** When its object was last written; undefined where that is not recorded. */
  readonly written: Instant | undefined;
  /** Why its object was written in spite of its errors; undefined where it was not. */
  readonly overrideReason: string | undefined;
  /** The label `team` of the object, or of its namespace. */
  readonly team: string | undefined;
}

/** What is wrong in the mesh, worst first. */
export interface FindingList {
  /** At most 5000; `summary` counts all. */
  readonly rows: readonly FindingRow[];
  readonly summary: LevelCounts;
  readonly total: number;
  /** Those that an annotation or a policy suppresses, at most 5000; they do not count. */
  readonly suppressed: readonly FindingRow[];
  readonly suppressedTotal: number;
  /** By rule id: what the rule says of itself, for the rules of these rows. */
  readonly titles: Readonly<Record<string, string>>;
  /** Kinds that could not be read: what depends on them is not judged. */
  readonly problems: readonly {
    readonly kind: string;
    readonly message: string;
    readonly forbidden: boolean;
  }[];
  readonly meshVersion: number;
  readonly ready: boolean;
  readonly at: Instant;
}

/** More rows than this are counted, not sent: the worst are shown. */
const FINDINGS_SHOWN = 5000;

/** Where the list comes from. */
interface FindingSources {
  readonly mesh: MeshStore;
  readonly analysis: MeshAnalysis;
  readonly findingAges: FindingAges;
}

/** Every finding of the mesh as it is stored. */
export function listFindings(
  { mesh: store, analysis, findingAges: ages }: FindingSources,
  { now, namespaces }: { readonly now: Instant; readonly namespaces: readonly string[] },
): FindingList {
  const { view, findings: all, suppressed } = analysis.current();
  const since = ages.since(view, [...all, ...suppressed], now);
  const isInScope = ({ namespace }: Finding): boolean =>
    namespaces.length === 0 || namespace === "" || namespaces.includes(namespace);
  const inScope = all.filter(isInScope);
  const rowOf = (found: ObjectFinding, index: number): FindingRow => ({
    ...toFinding(found),
    id: `${found.kind}/${found.namespace}/${found.name}/${found.code}/${found.path}/${index}`,
    ref: found.object,
    since: since(found),
    ...writeOf(view, found.object),
    team: teamOf(view, found.object),
  });
  const rows = inScope.slice(0, FINDINGS_SHOWN).map(rowOf);
  const aside = suppressed.filter(isInScope);
  const asideRows = aside.slice(0, FINDINGS_SHOWN).map(rowOf);
  const shown = new Set([...rows, ...asideRows].map(({ rule }) => rule));
  return {
    rows,
    summary: countLevels(inScope),
    total: inScope.length,
    suppressed: asideRows,
    suppressedTotal: aside.length,
    titles: Object.fromEntries(
      RULES.filter(({ id }) => shown.has(id)).map(({ id, title }) => [id, title]),
    ),
    problems: store.problems().map(({ kind, error }) => ({
      kind: kindInfo(kind).kind,
      message: error.message,
      forbidden: error.code === "forbidden",
    })),
    meshVersion: view.version,
    ready: store.ready,
    at: now,
  };
}

function writeOf(
  view: MeshView,
  ref: ObjectRef | undefined,
): Pick<FindingRow, "written" | "overrideReason"> {
  const object = ref && view.get(ref.kind, ref.namespace, ref.name);
  return {
    written: object && lastChange(object)?.at,
    overrideReason: object && overrideReason(object),
  };
}

function teamOf(view: MeshView, ref: ObjectRef | undefined): string | undefined {
  if (!ref) return undefined;
  const own = view.get(ref.kind, ref.namespace, ref.name)?.metadata.labels?.team;
  return own ?? view.get("Namespace", "", ref.namespace)?.metadata.labels?.team;
}
