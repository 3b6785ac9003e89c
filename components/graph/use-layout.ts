import { useEffect, useRef, useState } from "react";
import { type Drawing, layoutServes, topologyKey } from "@/lib/graph/drawing";
import { elkGraph, narrowerGraph, readLayout, settle } from "@/lib/graph/layout";
import type { Layout } from "@/lib/graph/places";
import { layoutWorker } from "./layout-worker";
import type { LayoutAnswer, LayoutRequest } from "./layout.worker";

/** A layout and the drawing that it was made for. */
export interface LaidOut {
  readonly drawing: Drawing;
  readonly layout: Layout;
}

/** Layouts of this tab by topology: what was seen once is there at once. */
const cache = new Map<string, LaidOut>();
const CACHE_SIZE = 20;

/**
 * Where to draw `drawing`, worked out in a worker. Undefined until the first layout is there.
 *
 * Figures never move anything: the layout is made again only for plates that it has not seen, or
 * many new edges, and then shifted to where the last one stood. `again` counts explicit wishes for a new one.
 */
export function useLayout(drawing: Drawing | undefined, again: number) {
  const [laidOut, setLaidOut] = useState<LaidOut>();
  const [error, setError] = useState<string>();
  const latest = useRef<LaidOut | undefined>(undefined);
  const wish = useRef(again);
  /** What is being laid out, and the id of that request. */
  const pending = useRef<{ readonly drawing: Drawing; readonly id: number } | undefined>(undefined);

  useEffect(() => {
    if (!drawing) return;
    const asked = wish.current !== again;
    if (latest.current && !asked && layoutServes(latest.current.drawing, drawing)) return;
    // Figures are renewed faster than a large graph is laid out: the answer under way serves too.
    if (pending.current && !asked && layoutServes(pending.current.drawing, drawing)) return;
    wish.current = again;

    const key = topologyKey(drawing);
    const take = (result: LaidOut) => {
      pending.current = undefined;
      latest.current = result;
      setLaidOut(result);
      setError(undefined);
    };
    const known = cache.get(key);
    if (known && !asked) {
      take(known);
      return;
    }
    const worker = layoutWorker();
    const id = nextId();
    pending.current = { drawing, id };
    const listen = ({ data }: MessageEvent<LayoutAnswer>) => {
      if (data.id !== id) return;
      worker.removeEventListener("message", listen);
      // Something else was asked for since.
      if (pending.current?.id !== id) return;
      if ("error" in data) {
        pending.current = undefined;
        setError(data.error);
        return;
      }
      const layout = settle(
        readLayout(data.graph, drawing),
        asked ? undefined : latest.current?.layout,
      );
      const result = { drawing, layout };
      if (cache.size >= CACHE_SIZE) cache.clear();
      cache.set(key, result);
      take(result);
    };
    worker.addEventListener("message", listen);
    const narrower = narrowerGraph(drawing);
    worker.postMessage({ id, graph: elkGraph(drawing), narrower } satisfies LayoutRequest);
  }, [drawing, again]);

  return { laidOut, error };
}

let lastId = 0;
const nextId = () => ++lastId;
