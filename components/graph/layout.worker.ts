import ELK from "elkjs/lib/elk.bundled.js";
import { type ElkGraph, isWide } from "@/lib/graph/layout";

/** What the page asks: `id` comes back with the answer. */
export interface LayoutRequest {
  readonly id: number;
  readonly graph: ElkGraph;
  /** Laid out instead where `graph` becomes wider than a screen. */
  readonly narrower: ElkGraph | undefined;
}

/** ELK's answer, or why there is none. */
export type LayoutAnswer =
  | { readonly id: number; readonly graph: ElkGraph }
  | { readonly id: number; readonly error: string };

const elk = new ELK();

self.onmessage = ({ data: { id, graph, narrower } }: MessageEvent<LayoutRequest>) => {
  layOut(graph, narrower).then(
    (answer) => self.postMessage({ id, graph: answer } satisfies LayoutAnswer),
    (error: unknown) => self.postMessage({ id, error: String(error) } satisfies LayoutAnswer),
  );
};

async function layOut(graph: ElkGraph, narrower: ElkGraph | undefined): Promise<ElkGraph> {
  const answer = await elk.layout<ElkGraph>(graph);
  return narrower && isWide(answer) ? elk.layout<ElkGraph>(narrower) : answer;
}
