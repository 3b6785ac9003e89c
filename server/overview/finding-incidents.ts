import type { Instant } from "@/lib/base/units";
import type { Finding } from "@/lib/analysis/finding";
import { isKindId, type ObjectRef } from "@/lib/istio/kinds";
import type { Incident, Target } from "./incident";

/** More objects than this are counted, not named. */
const NAMED_OBJECTS = 4;

/**
 * One incident for each rule that finds errors or warnings; hints are left to the Config page.
 *
 * @param changedAt when an object was last written, for the time it went wrong
 */
export function findingIncidents(
  findings: readonly Finding[],
  changedAt: (ref: ObjectRef) => Instant | undefined,
): Incident[] {
  const byRule = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (finding.level === "Info") continue;
    const key = `${finding.level} ${finding.rule}`;
    const known = byRule.get(key);
    if (known) known.push(finding);
    else byRule.set(key, [finding]);
  }
  return [...byRule].map(([key, found]) => incidentOf(key, found, changedAt));
}

function incidentOf(
  key: string,
  findings: readonly Finding[],
  changedAt: (ref: ObjectRef) => Instant | undefined,
): Incident {
  const objects = distinctObjects(findings);
  const [first] = findings;
  const [object] = objects;
  const times = objects.flatMap((ref) => changedAt(ref) ?? []);
  const [headline, rest] = firstSentence(first?.message ?? "");
  const others = findings.length - 1;
  return {
    id: `finding ${key}${objects.length === 1 && object ? ` ${label(object)}` : ""}`,
    status: first?.level === "Error" ? "fail" : "warn",
    title: others === 0 ? headline : `${headline}, and ${others} more like it`,
    target: object && targetOf(object),
    cause: [
      `${first?.code}: ${objects.slice(0, NAMED_OBJECTS).map(label).join(", ")}` +
        (objects.length > NAMED_OBJECTS ? ` and ${objects.length - NAMED_OBJECTS} more.` : "."),
      others === 0 ? rest : "",
    ]
      .filter((sentence) => sentence !== "")
      .join(" "),
    since: times.length > 0 ? (Math.max(...times) as Instant) : undefined,
    sinceOrEarlier: false,
    actions: object
      ? [{ label: `Open ${object.kind} ${object.name}`, target: targetOf(object) }]
      : [],
    evidence: undefined,
    weight: findings.length,
  };
}

const targetOf = (ref: ObjectRef): Target => ({ page: "config", ref });
const label = ({ kind, namespace, name }: ObjectRef): string =>
  `${kind} ${namespace === "" ? "" : `${namespace}/`}${name}`;

function distinctObjects(findings: readonly Finding[]): ObjectRef[] {
  const objects = new Map<string, ObjectRef>();
  for (const { kind, namespace, name } of findings) {
    if (!isKindId(kind)) continue;
    const ref = { kind, namespace, name };
    objects.set(label(ref), ref);
  }
  return [...objects.values()];
}

/** The first sentence without its stop, and what follows. A dot inside a name ends none. */
function firstSentence(message: string): [string, string] {
  const end = message.search(/\.(\s|$)/);
  return end < 0 ? [message, ""] : [message.slice(0, end), message.slice(end + 1).trim()];
}
