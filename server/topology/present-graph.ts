import { applyFind, find, type FindMode, type Found } from "@/lib/graph/find/evaluate";
import { FindError } from "@/lib/graph/find/lex";
import { parseFind } from "@/lib/graph/find/parse";
import { egoGraph, pathGraph } from "@/lib/graph/ego-graph";
import { foldGraph, type Folded, type FoldMemory, type FoldOptions } from "@/lib/graph/fold-graph";
import { type GraphSummary, summarise } from "@/lib/graph/graph-summary";
import { type MeshGraph, nodeIdOf } from "@/lib/graph/mesh-graph";
import { scopeGraph } from "@/lib/graph/scope-graph";
import { tableGraph, type TableQuestion, type TableRows } from "@/lib/graph/table-rows";
import { compactGraph } from "./compact-graph";

/** Which part of a graph is shown, and how much of it singly. */
export interface GraphPart {
  /** Empty: the whole mesh. */
  readonly namespaces: readonly string[];
  /** The label that boxes are made by; undefined: namespaces. */
  readonly groupBy?: string | undefined;
  /** An expression, and what becomes of what it finds. */
  readonly find?: { readonly text: string; readonly mode: FindMode } | undefined;
  /** Only what is within so many calls of one service. */
  readonly around?: { readonly id: string; readonly hops: number } | undefined;
  /** Only what lies on the way from `around` to this one. */
  readonly pathTo?: string | undefined;
  /** Undefined: nothing is folded. */
  readonly fold?:
    | {
        readonly opened: readonly string[];
        readonly closed: readonly string[];
        /** Drawn singly whatever is folded around it. */
        readonly kept: readonly string[];
      }
    | undefined;
  /** For tables: a page of each, which then is all of the graph that is told. Nothing is folded. */
  readonly table?: TableQuestion | undefined;
}

/** A part of a graph as it is drawn, with all that must be said of what is not. */
export interface PresentedGraph {
  readonly graph: MeshGraph;
  /** Of the whole scope, whatever is hidden or folded. */
  readonly summary: GraphSummary;
  readonly folded: Folded;
  /** How many services of the scope are not shown at all: hidden, or too far away. */
  readonly hidden: number;
  /** Ids that the expression found; undefined without one that marks. */
  readonly found: readonly string[] | undefined;
  /** Why the expression cannot be read; it then does nothing. */
  readonly findProblem: string | undefined;
  /** There is no way of calls to `pathTo`. */
  readonly noPath: boolean;
  /** The rows of a page of each table; undefined where no table was asked for. */
  readonly rows: TableRows | undefined;
}

const MOST_UNWELL = 100;
/** Matches that are drawn singly; more of them would undo the folding. */
const MOST_KEPT = 30;
const NOTHING: Folded = { services: 0, groups: 0 };

/**
 * Chooses the part of a graph that is asked for, and folds what is too much of it: as `before`, where
 * that still can be read.
 */
export function presentGraph(
  whole: MeshGraph,
  part: GraphPart,
  before?: FoldMemory,
): { readonly presented: PresentedGraph; readonly memory: FoldMemory | undefined } {
  const scoped = scopeGraph(whole, part.namespaces);
  const { found, problem } = matches(scoped, part.find?.text ?? "");
  const mode = part.find?.mode ?? "find";
  const filtered = found && mode !== "find" ? applyFind(scoped, found, mode) : scoped;
  const { around, pathTo } = part;
  const path = around && pathTo !== undefined ? pathGraph(filtered, around.id, pathTo) : undefined;
  const near = path ?? (around ? egoGraph(filtered, around.id, around.hops) : filtered);
  const marked = found && mode === "find" ? [...found.nodes].slice(0, MOST_KEPT) : [];
  const fold = part.fold && {
    opened: new Set(part.fold.opened),
    closed: new Set(part.fold.closed),
    kept: new Set([...part.fold.kept, ...marked, ...(around ? [around.id] : [])]),
  };
  const { graph, folded, rows, memory } = shownPart(near, part.table, fold && { ...fold, before });
  const summary = summarise(scoped);
  const presented = {
    graph: compactGraph(graph),
    summary: { ...summary, unwell: summary.unwell.slice(0, MOST_UNWELL) },
    folded,
    hidden: scoped.nodes.length - near.nodes.length,
    found: found && mode === "find" ? drawn(graph, found) : undefined,
    findProblem: problem,
    noPath: pathTo !== undefined && around !== undefined && path === undefined,
    rows,
  };
  return { presented, memory };
}

/** What is drawn singly of a graph, or a page of its tables. */
function shownPart(
  graph: MeshGraph,
  table: TableQuestion | undefined,
  fold: (FoldOptions & { readonly before: FoldMemory | undefined }) | undefined,
): {
  readonly graph: MeshGraph;
  readonly folded: Folded;
  readonly rows: TableRows | undefined;
  readonly memory: FoldMemory | undefined;
} {
  if (table) return { ...tableGraph(graph, table), folded: NOTHING, memory: undefined };
  const folded = fold
    ? foldGraph(graph, fold, fold.before)
    : { graph, folded: NOTHING, memory: undefined };
  return { ...folded, rows: undefined };
}

function matches(graph: MeshGraph, text: string): { found?: Found; problem?: string } {
  try {
    const expression = parseFind(text);
    return expression ? { found: find(graph, expression) } : {};
  } catch (error) {
    if (error instanceof FindError) return { problem: error.message };
    throw error;
  }
}

/** What was found, as far as it is drawn: nodes with their versions, edges with their ends. */
function drawn(graph: MeshGraph, { nodes, edges }: Found): readonly string[] {
  const shownEdges = graph.edges.filter(({ id }) => edges.has(id));
  return [
    ...graph.nodes
      .filter(({ id }) => nodes.has(id))
      .flatMap(({ id, versions }) => [id, ...versions.map((version) => version.id)]),
    ...shownEdges.flatMap(({ id, source, target }) => [
      id,
      ...[source, target].flatMap((end) => [end, nodeIdOf(end)]),
    ]),
  ];
}

/**
 * Remembers the parts of the newest graphs: who asks for the same as another viewer, or once more,
 * gets it at once, also where nothing but the mode of a box is another.
 */
export function presenter(): (graph: MeshGraph, part: GraphPart) => PresentedGraph {
  const kept = new WeakMap<MeshGraph["nodes"], Map<string, Presented>>();
  const folds = new Map<string, FoldMemory>();
  const presentAnew = (graph: MeshGraph, part: GraphPart): PresentedGraph => {
    // Opening a box, or selecting what is folded, is no reason to fold the others differently.
    const { fold, table: _, ...scope } = part;
    if (!fold) return presentGraph(graph, part).presented;
    const key = JSON.stringify([graph.type, graph.windowSeconds, scope]);
    const { presented, memory } = presentGraph(graph, part, folds.get(key));
    folds.delete(key);
    if (memory) folds.set(key, memory);
    for (const oldest of folds.keys()) {
      if (folds.size <= MOST_FOLDS) break;
      folds.delete(oldest);
    }
    return presented;
  };
  return (graph, part) => {
    const parts = kept.get(graph.nodes) ?? new Map<string, Presented>();
    kept.set(graph.nodes, parts);
    const key = JSON.stringify(part);
    const known = parts.get(key);
    if (known?.of === graph) return known.made;
    const made =
      known?.of.edges === graph.edges
        ? withBoxes(known.made, graph.boxes)
        : presentAnew(graph, part);
    if (parts.size >= MOST_PARTS) parts.clear();
    parts.set(key, { of: graph, made });
    return made;
  };
}

/** A part that was presented, and the graph that it is one of. */
interface Presented {
  readonly of: MeshGraph;
  readonly made: PresentedGraph;
}

function withBoxes(presented: PresentedGraph, boxes: MeshGraph["boxes"]): PresentedGraph {
  const { graph } = presented;
  const shown = new Set(graph.boxes.map(({ namespace }) => namespace));
  const now = boxes.filter(({ namespace }) => shown.has(namespace));
  return { ...presented, graph: { ...graph, boxes: now } };
}

const MOST_PARTS = 20;
const MOST_FOLDS = 100;
