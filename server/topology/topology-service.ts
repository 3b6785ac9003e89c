import { AppError } from "@/lib/base/errors";
import { between, type Instant, seconds } from "@/lib/base/units";
import { buildGraph } from "@/lib/graph/build-graph";
import type { GraphType, MeshGraph } from "@/lib/graph/mesh-graph";
import type { MeshView } from "@/lib/mesh/view";
import type { Logger } from "../log";
import type { Clock, Live, MeshStore, Metrics } from "../ports";
import { type GraphPart, presenter, type PresentedGraph } from "./present-graph";
import { readTelemetry, type TelemetryReading } from "./read-telemetry";
import { graphWindows, refreshInterval } from "./windows";

/** Answers that come later than this are not waited for; what is known is shown with its age. */
const DEADLINE = seconds(4);
/** A window that no page asked for in this time is no longer refreshed. */
const WINDOW_LIFETIME = seconds(60);

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
  /** When the telemetry was read; undefined when it never was. */
  readonly at: Instant | undefined;
  readonly telemetry: TelemetryState;
  /** Windows that can be asked for, in seconds, shortest first. */
  readonly windows: readonly number[];
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
}

/** The live graph of the mesh, read once for all who look at it. */
export interface Topology {
  graph(question: GraphQuestion): Promise<GraphReading>;
  /** The whole graph, and the telemetry under it, undefined if there never was any. */
  whole(question: Pick<GraphQuestion, "windowSeconds" | "type">): Promise<{
    readonly graph: MeshGraph;
    readonly reading: TelemetryReading | undefined;
    readonly telemetry: TelemetryState;
  }>;
  /** Ends the refresh loop. */
  close(): void;
}

interface Needs {
  readonly metrics: Metrics;
  readonly mesh: MeshStore;
  readonly live: Live;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What is known of one window. */
interface Window {
  reading: TelemetryReading | undefined;
  error: AppError | undefined;
  askedAt: Instant;
  refreshedAt: Instant | undefined;
  /** The refresh under way, which all who ask meanwhile share: until its traffic is there, and all. */
  pending: { readonly traffic: Promise<void>; readonly all: Promise<void> } | undefined;
}

/**
 * Reads the mesh's telemetry in one loop while anybody looks, and keeps the last good answer.
 *
 * Each refresh asks a constant number of queries; every page and scope shares its answer. The
 * graph is built when it is asked for, once for each pair of telemetry and objects.
 */
export function topologyService(needs: Needs): Topology {
  const { metrics, mesh, live, clock, log } = needs;
  const stop = new AbortController();
  const windows = new Map<number, Window>();
  let looping = false;

  async function refresh(window: Window, seconds: number, onTraffic: () => void): Promise<void> {
    const before = window.reading?.telemetry;
    try {
      window.reading = await readTelemetry({ metrics, clock }, seconds, {
        deadline: DEADLINE,
        signal: stop.signal,
        onTraffic: (reading) => {
          // Latency of the last refresh stands until that of this one is there.
          const { requests, tcpSent, tcpReceived } = reading.telemetry;
          const telemetry = { ...(before ?? reading.telemetry), requests, tcpSent, tcpReceived };
          window.reading = { ...reading, telemetry };
          window.error = undefined;
          onTraffic();
        },
      });
      window.error = undefined;
    } catch (error) {
      if (stop.signal.aborted) return;
      if (!(error instanceof AppError)) log.error({ err: error }, "a refresh of the graph broke");
      window.error =
        error instanceof AppError
          ? error
          : new AppError("unavailable", "The graph could not be refreshed", { cause: error });
    } finally {
      window.refreshedAt = clock.now();
    }
  }

  /** One refresh at a time for each window. */
  function refreshed(windowSeconds: number, window: Window) {
    if (window.pending) return window.pending;
    let all = Promise.resolve();
    const traffic = new Promise<void>((resolve) => {
      all = refresh(window, windowSeconds, resolve).finally(() => {
        resolve();
        window.pending = undefined;
      });
    });
    return (window.pending = { traffic, all });
  }

  async function interval() {
    return refreshInterval(await scrapeInterval());
  }

  async function scrapeInterval() {
    try {
      return await metrics.scrapeInterval(stop.signal);
    } catch (error) {
      if (error instanceof AppError) return null;
      throw error;
    }
  }

  async function loop(): Promise<void> {
    if (looping) return;
    looping = true;
    try {
      while (!stop.signal.aborted && live.listeners > 0) {
        const now = clock.now();
        for (const [key, { askedAt }] of windows) {
          if (between(askedAt, now) > WINDOW_LIFETIME) windows.delete(key);
        }
        const before = new Map([...windows].map(([key, window]) => [key, newsOf(window)]));
        await Promise.all([...windows].map(([key, window]) => refreshed(key, window).all));
        // A new reading is news by its age alone; the same failure once more is none.
        if ([...windows].some(([key, window]) => newsOf(window) !== before.get(key))) {
          live.publish({ topic: "graph", at: clock.now() });
        }
        await clock.sleep(await interval(), stop.signal);
      }
    } finally {
      looping = false;
    }
  }

  const stopDemand = live.onDemand((wanted) => {
    if (!wanted) return;
    loop().catch((err: unknown) => {
      if (!stop.signal.aborted) log.error({ err }, "the graph is no longer refreshed");
    });
  });

  async function current(windowSeconds: number): Promise<Window> {
    const now = clock.now();
    const window = windows.get(windowSeconds) ?? {
      reading: undefined,
      error: undefined,
      askedAt: now,
      refreshedAt: undefined,
      pending: undefined,
    };
    windows.set(windowSeconds, window);
    window.askedAt = now;
    // The loop keeps a window fresh while pages listen; who asks without listening refreshes it.
    const age = window.refreshedAt === undefined ? Infinity : between(window.refreshedAt, now);
    if (age <= 2 * (await interval()) + DEADLINE) return window;
    const { traffic, all } = refreshed(windowSeconds, window);
    await traffic;
    // Who listens is told when latency is there too.
    void all.then(() => live.publish({ topic: "graph", at: clock.now() }));
    return window;
  }

  const built = graphMemo();
  const present = presenter();
  return {
    async graph({ windowSeconds, type, ...part }) {
      const choice = graphWindows(await scrapeInterval());
      const asked = windowSeconds ?? choice.standard;
      const window = await current(asked);
      const graph = built(window.reading, mesh.view(), { windowSeconds: asked, type });
      return {
        ...present(graph, part),
        at: window.reading?.at,
        telemetry: stateOf(metrics, window),
        windows: choice.all,
        problems: mesh.problems().map(({ kind, error }) => `${kind}: ${error.message}`),
        ready: mesh.ready,
      };
    },
    async whole({ windowSeconds, type }) {
      const asked = windowSeconds ?? graphWindows(await scrapeInterval()).standard;
      const window = await current(asked);
      const { reading } = window;
      const graph = built(reading, mesh.view(), { windowSeconds: asked, type });
      return { graph, reading, telemetry: stateOf(metrics, window) };
    },
    close() {
      stop.abort(new Error("the server stops"));
      stopDemand();
    },
  };
}

/** Changes exactly when a page has something new to show. */
const newsOf = ({ reading, error }: Window) => `${reading?.at ?? ""} ${error?.message ?? ""}`;

function stateOf(metrics: Metrics, { reading, error }: Window): TelemetryState {
  const off = metrics.url === undefined && (!error || error.code === "unsupported");
  const state = off ? "off" : error ? (reading ? "stale" : "down") : "live";
  return {
    state,
    message: error?.message,
    hint: error?.hint,
    missing: error ? [] : (reading?.missing ?? []),
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
