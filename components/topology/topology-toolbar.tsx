import { Grid3x3, List, RefreshCw, SlidersHorizontal, Workflow } from "lucide-react";
import { useState } from "react";
import type { EdgeLabelChoice } from "@/components/graph/edge-views";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { IconButton } from "@/components/ui/icon-button";
import { Segmented } from "@/components/ui/segmented";
import { Select } from "@/components/ui/select";
import { EVERY_BOX } from "@/lib/graph/every-box";
import { CLUSTER } from "@/lib/graph/cluster-label";
import type { GraphType } from "@/lib/graph/mesh-graph";
import type { SetTopologyState, TopologyState } from "./use-topology-state";

const VIEW_OPTIONS = [
  {
    value: "graph",
    label: (
      <>
        <Icon of={Workflow} />
        Graph
      </>
    ),
  },
  {
    value: "table",
    label: (
      <>
        <Icon of={List} />
        Table
      </>
    ),
  },
  {
    value: "matrix",
    label: (
      <>
        <Icon of={Grid3x3} />
        Matrix
      </>
    ),
  },
] as const;

const TYPE_OPTIONS: readonly { value: GraphType; label: string }[] = [
  { value: "service", label: "Services" },
  { value: "app", label: "Apps" },
  { value: "versionedApp", label: "Versions" },
  { value: "workload", label: "Workloads" },
];

/** Each box as one plate, whatever the detail of what is opened. */
const BOXES_ONLY = "boxes";
const LEVEL_OPTIONS: readonly { value: GraphType | typeof BOXES_ONLY; label: string }[] = [
  { value: BOXES_ONLY, label: "Boxes only" },
  ...TYPE_OPTIONS,
];

const LABEL_OPTIONS: readonly { value: EdgeLabelChoice; label: string }[] = [
  { value: "rate", label: "Rate, errors" },
  { value: "errors", label: "Error share" },
  { value: "average", label: "Latency mean" },
  { value: "p50", label: "Latency p50" },
  { value: "p95", label: "Latency p95" },
  { value: "p99", label: "Latency p99" },
  { value: "throughput", label: "Throughput" },
  { value: "split", label: "Split" },
  { value: "mtls", label: "mTLS exceptions" },
];

const NAMESPACES = { value: "", label: "Namespaces" } as const;

/** How the mesh is shown: as what, in what detail, over what time. */
export function TopologyToolbar({
  state,
  setState,
  windows,
  windowSeconds,
  groupings,
  onLayAgain,
  children,
}: {
  state: TopologyState;
  setState: SetTopologyState;
  windows: readonly number[];
  /** The window in force; undefined until the server has said it. */
  windowSeconds: number | undefined;
  /** Labels that boxes can be made by. */
  groupings: readonly string[];
  onLayAgain: () => void;
  /** Controls that need the graph itself. */
  children: React.ReactNode;
}) {
  const [options, setOptions] = useState(false);
  // A link may ask for a label that this mesh does not have (any more).
  const boxLabels = [...new Set([...groupings, ...(state.group === null ? [] : [state.group])])];
  const offered = windowSeconds === undefined ? [] : [...new Set([...windows, windowSeconds])];
  return (
    <div
      className="qd-topology-bar"
      role="group"
      aria-label="Graph controls"
      data-options={options || undefined}
    >
      <Segmented
        label="View"
        options={VIEW_OPTIONS}
        value={state.view}
        onChange={(view) => void setState({ view })}
      />
      <span className="qd-topology-options">
        <Button
          aria-expanded={options}
          icon={<Icon of={SlidersHorizontal} />}
          onClick={() => setOptions(!options)}
        >
          Options
        </Button>
      </span>
      <label>
        <span>Level</span>
        <Select
          options={LEVEL_OPTIONS}
          value={state.closed.includes(EVERY_BOX) ? BOXES_ONLY : state.type}
          onChange={(level) =>
            void setState(
              level === BOXES_ONLY
                ? { closed: [EVERY_BOX], open: [] }
                : {
                    type: level,
                    closed: state.closed.filter((box) => box !== EVERY_BOX),
                  },
            )
          }
        />
      </label>
      {state.view === "graph" ? (
        <label>
          <span>Boxes</span>
          <Select
            options={[
              NAMESPACES,
              ...boxLabels.map((key) => ({
                value: key,
                label: key === CLUSTER ? "Clusters" : key,
              })),
            ]}
            value={state.group ?? ""}
            onChange={(group) => void setState({ group: group || null, open: [], closed: [] })}
          />
        </label>
      ) : null}
      {state.view === "graph" ? (
        <label>
          <span>Edges</span>
          <Select
            options={LABEL_OPTIONS}
            value={state.edges}
            onChange={(edges) => void setState({ edges })}
          />
        </label>
      ) : null}
      <label>
        <span>Last</span>
        <Select
          options={offered
            .sort((a, b) => a - b)
            .map((seconds) => ({ value: String(seconds), label: nameOfWindow(seconds) }))}
          value={String(windowSeconds ?? "")}
          onChange={(seconds) => void setState({ window: Number(seconds) })}
        />
      </label>
      {children}
      {state.view === "graph" ? (
        <IconButton label="Lay out again" icon={<Icon of={RefreshCw} />} onClick={onLayAgain} />
      ) : null}
    </div>
  );
}

/** `10 s`, `5 min`, `1 h`. */
function nameOfWindow(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? `${seconds / 60} min` : `${seconds / 3600} h`;
}
