import type { DraftAnalysis } from "@/lib/analysis/draft";
import type { Finding, TextFinding } from "@/lib/analysis/finding";
import { type Reach, reachOfObject } from "@/lib/analysis/reach";
import { type MadeLine, madeLines } from "@/lib/xds/trace/made-lines";
import { RULES } from "@/lib/analysis/rules.gen";
import { applyChanges, type MeshView } from "@/lib/mesh/view";
import type { ObjectRef } from "@/lib/istio/kinds";
import type { MeshFindings } from "./mesh-analysis";
import { type Draft, prepareDraft } from "./prepare-draft";

/** Why a rule exists and what to do about what it finds. */
export interface Explanation {
  readonly title: string;
  readonly why: string;
  readonly fix: string;
}

/** Whom a draft touches, by the objects of this snapshot. */
export interface DraftReach {
  readonly proxies: number;
  readonly total: number;
  readonly gateways: number;
  readonly namespaces: readonly string[];
  /** One of the proxies, to look into; a gateway where one is among them. */
  readonly example: { readonly namespace: string; readonly name: string } | undefined;
  /** The fields of the object that each make something in a proxy. */
  readonly lines: readonly MadeLine[];
  readonly why: string;
}

/** What the server says of a draft while it is typed. */
export interface DraftReport {
  readonly findings: readonly TextFinding[];
  readonly elsewhere: readonly Finding[];
  /** Why the draft cannot be sent as it is; undefined when it can. */
  readonly unsendable: string | undefined;
  /** What the draft is, as far as it can be read. */
  readonly ref: ObjectRef | undefined;
  /** By rule id, for the rules of these findings. */
  readonly explanations: Readonly<Record<string, Explanation>>;
  /** Undefined when it cannot be told for this kind, or there is no object yet. */
  readonly reach: DraftReach | undefined;
  /** The snapshot that the draft was laid over. */
  readonly meshVersion: number;
}

/** Analyses a draft against a snapshot. */
export function reportDraft(draft: Draft, stored: MeshFindings): DraftReport {
  const prepared = prepareDraft(draft, stored);
  const mesh = stored.view;
  const { analysis } = prepared;
  return {
    findings: analysis.findings,
    elsewhere: analysis.elsewhere,
    unsendable: prepared.ok ? undefined : prepared.reason,
    ref: refOf(analysis),
    explanations: explanationsOf([...analysis.findings, ...analysis.elsewhere]),
    reach: reachOf(analysis, mesh),
    meshVersion: mesh.version,
  };
}

function refOf({ objects: [draft] }: DraftAnalysis): ObjectRef | undefined {
  if (!draft) return undefined;
  const { namespace = "", name } = draft.object.metadata;
  return { kind: draft.kind, namespace, name };
}

function reachOf({ objects }: DraftAnalysis, mesh: MeshView): DraftReach | undefined {
  const [draft] = objects;
  if (!draft) return undefined;
  const overlay = applyChanges(
    mesh,
    objects.map((object) => ({ type: "put", ...object }) as const),
  );
  const reach = reachOfObject(draft.object, overlay);
  if (!reach) return undefined;
  return {
    proxies: reach.proxies.length,
    total: reach.total,
    gateways: reach.proxies.filter(({ gateway }) => gateway).length,
    namespaces: [...new Set(reach.proxies.map(({ namespace }) => namespace))].sort(),
    example: exampleOf(reach.proxies),
    lines: madeLines(draft.object),
    why: reach.why,
  };
}

function exampleOf(proxies: Reach["proxies"]): DraftReach["example"] {
  const found = proxies.find(({ gateway }) => gateway) ?? proxies[0];
  return found && { namespace: found.namespace, name: found.name };
}

/** The explanations of the rules that found something. */
export function explanationsOf(
  findings: readonly Pick<Finding, "rule">[],
): Readonly<Record<string, Explanation>> {
  const found = new Set(findings.map(({ rule }) => rule));
  return Object.fromEntries(
    RULES.filter(({ id }) => found.has(id)).map(({ id, title, why, fix }) => [
      id,
      { title, why, fix },
    ]),
  );
}
