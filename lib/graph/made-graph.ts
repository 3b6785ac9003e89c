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

/** What objects alone say of nodes, whatever was measured. */
interface OfObjects<Config> {
  /** Nodes that nothing was measured of, by id. */
  readonly idle: Map<string, Judged>;
  readonly configs: KeptParts<Config>;
}

const ofObjects = new WeakMap<object, Map<string, OfObjects<unknown>>>();

/** What was made of one state of the objects: the same in any reading. */
export function madeOfObjects<Config>(objects: object, key: string): OfObjects<Config> {
  const byKey = ofObjects.get(objects) ?? new Map<string, OfObjects<unknown>>();
  ofObjects.set(objects, byKey);
  const made = byKey.get(key) ?? { idle: new Map(), configs: new KeptParts() };
  byKey.set(key, made);
  return made as OfObjects<Config>;
}
