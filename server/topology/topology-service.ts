import type { Instant } from "@/lib/base/units";
import { buildGraph } from "@/lib/graph/build-graph";
import { clusterGrouping, groupByLabel, groupingLabels } from "@/lib/graph/group-by-label";
import type { GraphType, MeshGraph } from "@/lib/graph/mesh-graph";
import type { MeshView } from "@/lib/mesh/view";
import type { Logger } from "../log";
import type { Clock, Live, MeshStore, Metrics } from "../ports";
import { type GraphPart, presenter, type PresentedGraph } from "./present-graph";
import type { JudgedGraph } from "./judge-graph";
import type { TelemetryReading } from "./read-telemetry";
import { type KnownTelemetry, telemetryWindows } from "./telemetry-windows";

/** How the telemetry under a graph is doing. */
interface TelemetryState {
  /** `off`: no Prometheus is set. `down`: it never answered. `stale`: it did, but not now. */
  readonly state: "live" | "stale" | "down" | "off";
  readonly message: string | undefined;
  readonly hint: string | undefined;
  /** Parts that are missing from an answer, in sentences. */
  readonly missing: readonly string[];
}

/** A graph with all that must be said of its numbers. */
export interface GraphReading extends PresentedGraph {
  /** What is wrong with the configuration behind the nodes that are drawn, by their ids. */
  readonly findings: JudgedGraph["findings"];
  /** When the telemetry was read; undefined when it never was. */
  readonly at: Instant | undefined;
  readonly telemetry: TelemetryState;
  /** Windows that can be asked for, in seconds, shortest first. */
  readonly windows: readonly number[];
  /** Labels that boxes can be made by. */
  readonly groupings: readonly string[];
  /** Kinds of objects that could not be read, in sentences. */
  readonly problems: readonly string[];
  /** Whether the cluster was listed once; before that, what exists is not known. */
  readonly ready: boolean;
}

/** Which graph is asked for. */
interface GraphQuestion extends GraphPart {
  /** Undefined: the default for this Prometheus. */
  readonly windowSeconds?: number | undefined;
  readonly type: GraphType;
  /** Health is that of configuration and proxies too, not of traffic and pods alone. */
  readonly judged?: boolean;
}

type WholeQuestion = Pick<GraphQuestion, "windowSeconds" | "type">;

interface WholeGraph {
  readonly graph: MeshGraph;
  readonly reading: TelemetryReading | undefined;
  readonly telemetry: TelemetryState;
}

/** The live graph of the mesh, read once for all who look at it. */
export interface Topology {
  graph(question: GraphQuestion): Promise<GraphReading>;
  /** The whole graph, and the telemetry under it, undefined if there never was any. */
  whole(question: WholeQuestion): Promise<WholeGraph>;
  /**
   * The same for who asks once and is told no news: the first reading of a mesh is waited for as
   * long as Prometheus may take.
   */
  wholeOnce(question: WholeQuestion): Promise<WholeGraph>;
  /** A graph whose health is that of configuration and proxies too, as far as they are known. */
  judged(graph: MeshGraph): MeshGraph;
  /** Ends the refresh loop. */
  close(): void;
}

interface Needs {
  readonly metrics: Metrics;
  readonly mesh: MeshStore;
  readonly live: Live;
  readonly clock: Clock;
  readonly log: Logger;
  /** Knows of configuration and proxies. */
  readonly judge?: (graph: MeshGraph, view: MeshView) => JudgedGraph;
}

/**
 * The graph of the mesh over the telemetry that all who look share. It is built when it is asked
 * for, once for each pair of telemetry and objects.
 */
export function topologyService(needs: Needs): Topology {
  const { metrics, mesh, live, clock, log, judge } = needs;
  const telemetry = telemetryWindows({ metrics, live, clock, log });
  const built = graphMemo();
  const present = presenter();
  const grouped = groupingMemo();

  async function whole(
    { windowSeconds, type }: WholeQuestion,
    read: (windowSeconds: number) => Promise<KnownTelemetry>,
  ): Promise<WholeGraph> {
    const asked = windowSeconds ?? (await telemetry.choice()).standard;
    const known = await read(asked);
    const { reading, latencyComing } = known;
    const graph = built(reading, mesh.view(), { windowSeconds: asked, type });
    const state = stateOf(metrics, known);
    const missing = latencyComing ? [...state.missing, LATENCY_COMING] : state.missing;
    const message =
      state.state === "down" && known.waiting
        ? `${state.message ?? ""}; it is still waited for: ask again in some seconds`
        : state.message;
    return { graph, reading, telemetry: { ...state, message, missing } };
  }

  return {
    async graph({ windowSeconds, type, judged: wanted = false, ...part }) {
      const choice = await telemetry.choice();
      const asked = windowSeconds ?? choice.standard;
      const known = await telemetry.known(asked);
      const view = mesh.view();
      const graph = built(known.reading, view, { windowSeconds: asked, type });
      const judged = (wanted ? judge?.(graph, view) : undefined) ?? { graph, findings: {} };
      const { groupBy } = part;
      const boxed = groupBy === undefined ? judged.graph : grouped(judged.graph, view, groupBy);
      const presented = present(boxed, part);
      const drawn = presented.graph.nodes.flatMap(({ id }) => {
        const found = judged.findings[id];
        return found ? [[id, found] as const] : [];
      });
      return {
        ...presented,
        findings: Object.fromEntries(drawn),
        at: known.reading?.at,
        telemetry: stateOf(metrics, known),
        windows: choice.all,
        groupings: [...clusterGrouping(judged.graph), ...view.derive(groupingLabels)],
        problems: problemsOf(mesh),
        ready: mesh.ready,
      };
    },
    whole: (question) => whole(question, (window) => telemetry.known(window)),
    wholeOnce: (question) => whole(question, (window) => telemetry.knownWhole(window)),
    judged: (graph) => judge?.(graph, mesh.view()).graph ?? graph,
    close: () => telemetry.close(),
  };
}

/** Kinds of objects that could not be read, in sentences. */
export const problemsOf = (mesh: Pick<MeshStore, "problems">): readonly string[] =>
  mesh.problems().map(({ kind, error }) => `${kind}: ${error.message}`);

const LATENCY_COMING = "Latency has not been read yet: ask again in some seconds";

function stateOf(metrics: Metrics, { reading, error }: KnownTelemetry): TelemetryState {
  const off = metrics.url === undefined && (!error || error.code === "unsupported");
  const state = off ? "off" : error ? (reading ? "stale" : "down") : "live";
  return {
    state,
    message: error?.message,
    hint: error?.hint,
    missing: error ? [] : (reading?.missing ?? []),
  };
}

/** Remembers how the newest graphs are divided by a label. */
function groupingMemo() {
  const kept = new WeakMap<MeshGraph, Map<string, MeshGraph>>();
  return (graph: MeshGraph, view: MeshView, key: string): MeshGraph => {
    const byKey = kept.get(graph) ?? new Map<string, MeshGraph>();
    kept.set(graph, byKey);
    const made = byKey.get(key) ?? groupByLabel(graph, view, key);
    byKey.set(key, made);
    return made;
  };
}

/** Remembers the graphs of the newest telemetry and objects, one for each window and type. */
function graphMemo() {
  const kept = new Map<
    string,
    { reading: TelemetryReading | undefined; view: MeshView; graph: MeshGraph }
  >();
  return (
    reading: TelemetryReading | undefined,
    view: MeshView,
    options: { readonly windowSeconds: number; readonly type: GraphType },
  ): MeshGraph => {
    const key = `${options.windowSeconds} ${options.type}`;
    const known = kept.get(key);
    if (known?.reading === reading && known?.view === view) return known.graph;
    const graph = buildGraph(reading?.telemetry, view, options);
    kept.set(key, { reading, view, graph });
    return graph;
  };
}
