import { graphJson } from "@/lib/graph/graph-json";
import { graphSvg } from "@/lib/graph/graph-svg";
import { graphText } from "@/lib/graph/graph-text";
import type { Layout } from "@/lib/graph/places";
import type { GraphReading } from "@/server/topology/topology-service";

export type ExportFormat = "svg" | "png" | "json" | "dot" | "mermaid";

const TYPES: Readonly<Record<ExportFormat, { mime: string; ending: string }>> = {
  svg: { mime: "image/svg+xml", ending: "svg" },
  png: { mime: "image/png", ending: "png" },
  json: { mime: "application/json", ending: "json" },
  dot: { mime: "text/vnd.graphviz", ending: "dot" },
  mermaid: { mime: "text/plain", ending: "mmd" },
};
/** A picture is as sharp as a screen of twice the density. */
const SCALE = 2;
/** Browsers draw no canvas of more pixels than this. */
const MOST_PIXELS = 64_000_000;

/** Saves what is shown as a file. Pictures need a layout. @throws Error where it cannot be drawn */
export async function exportGraph(
  { graph, at, telemetry, problems }: GraphReading,
  format: ExportFormat,
  layout: Layout | undefined,
): Promise<void> {
  const time = at === undefined ? null : new Date(at).toISOString();
  const picture = () => {
    if (!layout) throw new Error("pictures are saved from the Graph view");
    const when = time === null ? "without telemetry" : `at ${time}`;
    return graphSvg(graph, layout, `Service graph ${when}, rates over ${graph.windowSeconds} s`);
  };
  const { mime, ending } = TYPES[format];
  const content =
    format === "svg"
      ? picture()
      : format === "png"
        ? await pngOf(picture())
        : graphText(
            graphJson(graph, {
              at: time,
              namespaces: [],
              problems,
              telemetry: { ...telemetry, message: telemetry.message ?? null },
            }),
            format,
          );
  const url = URL.createObjectURL(new Blob([content], { type: mime }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `service-graph.${ending}`;
  link.click();
  URL.revokeObjectURL(url);
}

async function pngOf(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const scale = Math.min(SCALE, Math.sqrt(MOST_PIXELS / (image.width * image.height)));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("the picture is too large for this browser");
  return blob;
}
