import { compare, groupBy } from "./collect";
import { severity } from "./health";
import { boxNameOf, type GraphNode, type Health, type MeshGraph, nodeIdOf } from "./mesh-graph";
import { mergeTraffic } from "./merge-traffic";
import type { HealthState, Traffic } from "./mesh-graph";
import { namespaceIn } from "./refold";
import { errorsPerSecond } from "./traffic";

/** A service in a box, as the box's panel lists it. */
interface BoxMember {
  readonly id: string;
  readonly name: string;
  readonly health: Health;
  readonly requestsPerSecond: number | null;
  readonly errorRatio: number | null;
}

/** One of several boxes that stand in one group. */
interface InnerBox {
  readonly name: string;
  readonly services: number;
  readonly state: HealthState;
}

/** What stands in a box, or was folded into a group. */
export interface BoxContents {
  /** The box that it is all of, or the rest of; undefined where it gathers several. */
  readonly box: string | undefined;
  readonly counts: Readonly<Record<HealthState, number>>;
  /** Worst first, then busiest; at most 60. */
  readonly members: readonly BoxMember[];
  readonly memberCount: number;
  /** Worst first; more than one only where several boxes were folded together. */
  readonly boxes: readonly InnerBox[];
  /** Calls from outside of it, to outside of it, and between its members. */
  readonly into: Traffic;
  readonly outOf: Traffic;
  readonly within: Traffic;
}

const BOX = "box:";
const MOST_MEMBERS = 60;

/**
 * What stands in the box `box:<name>`, or was folded into the group `group:<name>` of `drawn`, which
 * is a part of `whole`. Undefined when there is nothing (any more).
 */
export function boxContents(
  whole: MeshGraph,
  drawn: Pick<MeshGraph, "nodes">,
  id: string,
): (BoxContents & { readonly nodes: readonly GraphNode[] }) | undefined {
  const nodes = membersOf(whole, drawn, id);
  const [first] = nodes;
  if (!first) return undefined;
  const inside = new Set(nodes.map((node) => node.id));
  const calls = groupBy(whole.edges, ({ source, target }) => {
    const [from, to] = [inside.has(nodeIdOf(source)), inside.has(nodeIdOf(target))];
    return from && to ? "within" : to ? "into" : from ? "outOf" : "elsewhere";
  });
  const traffic = (which: "within" | "into" | "outOf") =>
    mergeTraffic((calls.get(which) ?? []).map((edge) => edge.traffic));
  const counts = { failing: 0, degraded: 0, healthy: 0, idle: 0, unknown: 0 };
  for (const { health } of nodes) counts[health.state] += 1;
  const byBox = groupBy(nodes, (node) => boxNameOf(node) ?? "");
  const sorted = [...nodes].sort(
    (a, b) =>
      severity(b.health.state) - severity(a.health.state) ||
      (errorsPerSecond(b.inbound) ?? 0) - (errorsPerSecond(a.inbound) ?? 0) ||
      (b.inbound.requestsPerSecond ?? 0) - (a.inbound.requestsPerSecond ?? 0) ||
      compare(a.id, b.id),
  );
  return {
    box: byBox.size === 1 ? boxNameOf(first) : undefined,
    counts,
    members: sorted.slice(0, MOST_MEMBERS).map(({ id: member, name, health, inbound }) => ({
      id: member,
      name,
      health,
      requestsPerSecond: inbound.requestsPerSecond,
      errorRatio: inbound.errorRatio,
    })),
    memberCount: nodes.length,
    boxes: [...byBox]
      .map(([name, members]): InnerBox => ({
        name,
        services: members.length,
        state: members
          .map(({ health }) => health.state)
          .reduce((a, b) => (severity(b) > severity(a) ? b : a)),
      }))
      .sort((a, b) => severity(b.state) - severity(a.state) || compare(a.name, b.name)),
    into: traffic("into"),
    outOf: traffic("outOf"),
    within: traffic("within"),
    nodes,
  };
}

function membersOf(
  whole: MeshGraph,
  drawn: Pick<MeshGraph, "nodes">,
  id: string,
): readonly GraphNode[] {
  if (id.startsWith(BOX)) {
    const box = id.slice(BOX.length);
    return whole.nodes.filter((node) => boxNameOf(node) === box);
  }
  const group = drawn.nodes.find((node) => node.id === id && node.kind === "group");
  if (!group) return [];
  const singly = new Set(drawn.nodes.map((node) => node.id));
  const folded = whole.nodes.filter((node) => !singly.has(node.id));
  const box = boxNameOf(group);
  if (box !== undefined) {
    const inBox = folded.filter((node) => boxNameOf(node) === box);
    if (group.opens === undefined || group.opens === box) return inBox;
    return inBox.filter(({ namespace = "" }) => namespaceIn(box, namespace) === group.opens);
  }
  const grouped = new Set(
    drawn.nodes.filter(({ kind }) => kind === "group").map((node) => boxNameOf(node)),
  );
  return folded.filter((node) => !grouped.has(boxNameOf(node)));
}
