import ELK from "elkjs/lib/elk.bundled.js";
import type { ElkGraph } from "@/lib/graph/layout";

/** What the page asks: `id` comes back with the answer. */
export interface LayoutRequest {
  readonly id: number;
  readonly graph: ElkGraph;
}

/** ELK's answer, or why there is none. */
export type LayoutAnswer =
  | { readonly id: number; readonly graph: ElkGraph }
  | { readonly id: number; readonly error: string };

const elk = new ELK();

self.onmessage = ({ data: { id, graph } }: MessageEvent<LayoutRequest>) => {
  elk.layout<ElkGraph>(graph).then(
    (answer) => self.postMessage({ id, graph: answer } satisfies LayoutAnswer),
    (error: unknown) => self.postMessage({ id, error: String(error) } satisfies LayoutAnswer),
  );
};
