import { Maximize, Minus, Plus } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { IconButton } from "@/components/ui/icon-button";
import type { Hub } from "@/lib/graph/drawn-calls";
import type { MeshGraph } from "@/lib/graph/mesh-graph";

/** Below the picture: what it leaves out, what its signs mean, and how large it is. */
export function GraphFoot({
  quiet,
  hubs,
  graph,
  allCalls,
  onAllCalls,
  canvas,
  legend,
}: {
  /** How many calls are not drawn. */
  quiet: number;
  /** What stands aside because its calls would cover the picture. */
  hubs: ReadonlyMap<string, Hub>;
  graph: MeshGraph;
  allCalls: boolean;
  onAllCalls: (all: boolean) => void;
  canvas: { readonly zoomBy: (direction: 1 | -1) => void; readonly fitAll: () => void };
  legend: React.ReactNode;
}) {
  const aside = hubNames(graph, hubs);
  return (
    <>
      {quiet > 0 || allCalls ? (
        <p className="qd-graph-quiet">
          {quiet > 0
            ? `${quiet} more calls are drawn when one of their ends is selected${aside.length > 0 ? `, those of ${aside.join(" and ")} too` : ""}.`
            : "Every call is drawn."}
          <Button size="small" variant="quiet" onClick={() => onAllCalls(quiet > 0)}>
            {quiet > 0 ? "Draw all calls" : "Draw the busiest calls"}
          </Button>
        </p>
      ) : null}
      <div className="qd-graph-foot">
        {legend}
        <div className="qd-graph-zoom" role="group" aria-label="Zoom">
          <IconButton
            variant="default"
            label="Zoom in"
            icon={<Icon of={Plus} />}
            onClick={() => canvas.zoomBy(1)}
          />
          <IconButton
            variant="default"
            label="Zoom out"
            icon={<Icon of={Minus} />}
            onClick={() => canvas.zoomBy(-1)}
          />
          <IconButton
            variant="default"
            label="Fit to window"
            icon={<Icon of={Maximize} />}
            onClick={canvas.fitAll}
          />
        </div>
      </div>
    </>
  );
}

/** `istio-ingressgateway (calls 38)`. */
const hubNames = ({ nodes }: MeshGraph, hubs: ReadonlyMap<string, Hub>): readonly string[] =>
  nodes.flatMap(({ id, name }) => {
    const hub = hubs.get(id);
    if (!hub) return [];
    const { callers, callees } = hub;
    return `${name} (${callers > 0 ? `called by ${callers}` : `calls ${callees}`})`;
  });
