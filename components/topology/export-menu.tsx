"use client";

import { Download } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { IconButton } from "@/components/ui/icon-button";
import { Popover } from "@/components/ui/popover";
import type { Layout } from "@/lib/graph/places";
import type { GraphReading } from "@/server/topology/topology-service";
import type { ExportFormat } from "./export-graph";

const FORMATS: readonly ExportFormat[] = ["svg", "png", "json", "dot", "mermaid"];

const NAMES: Readonly<Record<ExportFormat, string>> = {
  svg: "SVG picture",
  png: "PNG picture",
  json: "JSON, as the API answers it",
  dot: "DOT, for Graphviz",
  mermaid: "Mermaid",
};

/** Saves what is shown, as a picture or as text; of tables all rows, whichever page is open. */
export function ExportMenu({
  reading,
  layout,
  readAll,
}: {
  reading: GraphReading;
  /** Where what is shown is a page of something, reads all of that. */
  readAll: (() => Promise<GraphReading>) | undefined;
  /** Where things are drawn; undefined in views that are no picture. */
  layout: Layout | undefined;
}) {
  const [open, setOpen] = useState(false);
  const [problem, setProblem] = useState<string>();
  async function save(format: ExportFormat) {
    try {
      // Its code comes when it is first asked for.
      const { exportGraph } = await import("./export-graph");
      await exportGraph((await readAll?.()) ?? reading, format, layout);
      setOpen(false);
      setProblem(undefined);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }
  return (
    <Popover
      label={readAll ? "Export all rows" : "Export what is shown"}
      width={240}
      open={open}
      onOpenChange={setOpen}
      trigger={<IconButton label="Export" icon={<Icon of={Download} />} />}
    >
      <ul className="grid gap-1">
        {FORMATS.map((format) => (
          <li key={format}>
            <Button variant="quiet" onClick={() => void save(format)}>
              {NAMES[format]}
            </Button>
          </li>
        ))}
      </ul>
      {problem === undefined ? null : <p role="alert">It could not be saved: {problem}</p>}
    </Popover>
  );
}
