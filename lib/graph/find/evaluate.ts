import { type MeshGraph, nodeIdOf } from "../mesh-graph";
import { type Attribute, type Subject } from "./attributes";
import type { Expression, Operator } from "./parse";

/** What an expression is true of: ids of nodes and edges. */
export interface Found {
  readonly nodes: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
}

/** What becomes of what an expression finds. */
export type FindMode = "find" | "hide" | "only";

/** Finds what an expression is true of. */
export function find(graph: Pick<MeshGraph, "nodes" | "edges">, expression: Expression): Found {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const nodes = graph.nodes.filter((node) => holds(expression, { is: "node", node }) === true);
  const edges = graph.edges.filter((edge) => {
    const [from, to] = [byId.get(nodeIdOf(edge.source)), byId.get(nodeIdOf(edge.target))];
    return holds(expression, { is: "edge", edge, from, to }) === true;
  });
  return {
    nodes: new Set(nodes.map(({ id }) => id)),
    edges: new Set(edges.map(({ id }) => id)),
  };
}

/**
 * The graph without what was found, or with nothing else: nodes that were found, the ends of edges
 * that were, and the edges between them.
 */
export function applyFind(graph: MeshGraph, found: Found, mode: "hide" | "only"): MeshGraph {
  const ends = graph.edges
    .filter(({ id }) => found.edges.has(id))
    .flatMap(({ source, target }) => [nodeIdOf(source), nodeIdOf(target)]);
  const shown = new Set([...found.nodes, ...ends]);
  const nodes = graph.nodes.filter(({ id }) =>
    mode === "hide" ? !found.nodes.has(id) : shown.has(id),
  );
  const left = new Set(nodes.map(({ id }) => id));
  const namespaces = new Set(nodes.map(({ namespace }) => namespace));
  return {
    ...graph,
    nodes,
    edges: graph.edges.filter(
      ({ id, source, target }) =>
        left.has(nodeIdOf(source)) &&
        left.has(nodeIdOf(target)) &&
        (mode === "hide"
          ? !found.edges.has(id)
          : found.edges.has(id) ||
            (found.nodes.has(nodeIdOf(source)) && found.nodes.has(nodeIdOf(target)))),
    ),
    boxes: graph.boxes.filter(({ namespace }) => namespaces.has(namespace)),
  };
}

/**
 * Whether an expression is true of a subject; undefined where it asks for what the subject does
 * not have, so that `not namespace = shop` is no word about edges.
 */
function holds(expression: Expression, subject: Subject): boolean | undefined {
  switch (expression.type) {
    case "word": {
      if (subject.is === "edge") return undefined;
      const { name, services } = subject.node;
      return [name, ...services].some((text) => includes(text, expression.text));
    }
    case "not": {
      const inner = holds(expression.of, subject);
      return inner === undefined ? undefined : !inner;
    }
    case "and":
    case "or": {
      const sides = [holds(expression.left, subject), holds(expression.right, subject)];
      const decisive = expression.type === "or";
      if (sides.includes(decisive)) return decisive;
      return sides.includes(undefined) ? undefined : !decisive;
    }
    case "compare":
      return compares(expression.attribute, expression, subject);
  }
}

function compares(
  attribute: Attribute,
  { operator, value }: { readonly operator: Operator; readonly value: string | number },
  subject: Subject,
): boolean | undefined {
  const values = attribute.read(subject);
  if (values === undefined) return undefined;
  const known = values.filter((one) => one !== null);
  if (typeof value === "number") {
    const numbers = known.filter((one) => typeof one === "number");
    return numbers.some((one) => ORDER[operator](one, value));
  }
  const texts = known.map(String);
  switch (operator) {
    case "=":
      return texts.some((one) => one.toLowerCase() === value.toLowerCase());
    case "!=":
      return !texts.some((one) => one.toLowerCase() === value.toLowerCase());
    case "~":
      return texts.some((one) => includes(one, value));
    default:
      return !texts.some((one) => includes(one, value));
  }
}

/** Numbers are compared as they are shown: to three significant digits. */
const shown = (value: number) => Number(value.toPrecision(3));

const ORDER: Readonly<Record<Operator, (a: number, b: number) => boolean>> = {
  "=": (a, b) => shown(a) === b,
  "!=": (a, b) => shown(a) !== b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  "~": () => false,
  "!~": () => false,
};

const includes = (text: string, part: string): boolean =>
  text.toLowerCase().includes(part.toLowerCase());
