import { KeptParts } from "./kept-parts";
import type { Measured } from "./measured";
import type { GraphEdge, GraphNode, MeshGraph } from "./mesh-graph";
import type { ErrorLimits } from "./response-limits";

/** What was made of one reading of the telemetry, for as long as that is the newest. */
export interface Made {
  /** The state of the objects that nodes and edges were made from. */
  objects: object | undefined;
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
  graph: MeshGraph | undefined;
  readonly keptNodes: KeptParts<GraphNode>;
  readonly keptEdges: KeptParts<GraphEdge>;
}

const madeBefore = new WeakMap<Measured, Map<string, Made>>();

/** Most changes of a mesh concern few nodes, or none: the others stay the objects that they were. */
export function madeOf(measured: Measured, key: string): Made {
  const byKey = madeBefore.get(measured) ?? new Map<string, Made>();
  madeBefore.set(measured, byKey);
  const made = byKey.get(key) ?? {
    objects: undefined,
    nodes: [],
    edges: [],
    graph: undefined,
    keptNodes: new KeptParts<GraphNode>(),
    keptEdges: new KeptParts<GraphEdge>(),
  };
  byKey.set(key, made);
  return made;
}

/** A node, and the limits that it was judged by. */
export interface Judged {
  readonly node: GraphNode;
  readonly limits: readonly ErrorLimits[];
}

const idleNodes = new WeakMap<object, Map<string, Map<string, Judged>>>();

/** Nodes that nothing was measured of, by id: they are what objects make them, in any reading. */
export function idleOf(objects: object, key: string): Map<string, Judged> {
  const byKey = idleNodes.get(objects) ?? new Map<string, Map<string, Judged>>();
  idleNodes.set(objects, byKey);
  const idle = byKey.get(key) ?? new Map<string, Judged>();
  byKey.set(key, idle);
  return idle;
}
