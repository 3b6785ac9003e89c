import { summarise } from "@/lib/graph/graph-summary";
import type { Layout } from "@/lib/graph/places";
import { boxNameOf, type MeshGraph, nodeIdOf } from "@/lib/graph/mesh-graph";
import type { PlateView } from "./plate-views";

/** Where Tab leads at first: what fails, else where traffic comes in. */
export function entryOf(
  plates: readonly PlateView[],
  layout: Layout | undefined,
): string | undefined {
  const unwell = plates.find(({ health }) => UNWELL.has(health.state));
  const left = ({ id }: PlateView) => layout?.places[id]?.x ?? Infinity;
  const first = plates.reduce<PlateView | undefined>(
    (best, plate) => (best && left(best) <= left(plate) ? best : plate),
    undefined,
  );
  return (unwell ?? first)?.id;
}

/** What to keep in sight: the selection, else the worst of what fails. */
export function focusOf(graph: MeshGraph, selected: string | null): readonly string[] {
  const ends = graph.edges.find(({ id }) => id === selected);
  const worst = summarise(graph).unwell.map(({ id }) => id);
  return [...(selected === null ? [] : [selected]), ...(ends ? [ends.target] : []), ...worst];
}

/** The name of the box that a plate stands in; undefined for what stands in none. */
export function boxAround({ nodes }: MeshGraph, id: string): string | undefined {
  const node = nodes.find((one) => one.id === nodeIdOf(id));
  return node && boxNameOf(node);
}

/** What to open to see what was folded into a plate; undefined for what gathers several boxes. */
export const opensOf = ({ nodes }: MeshGraph, id: string): string | undefined =>
  nodes.find((one) => one.id === id)?.opens;

/** States that somebody must look at. */
export const UNWELL: ReadonlySet<string> = new Set(["failing", "degraded"]);
/** The id that comes after, or before, another one in a circle. */
export function step(
  ids: readonly string[],
  from: string | undefined,
  by: 1 | -1,
): string | undefined {
  const at = from === undefined ? -1 : ids.indexOf(from);
  if (ids.length === 0) return undefined;
  return ids[(at + by + ids.length + (at < 0 && by < 0 ? 1 : 0)) % ids.length];
}
