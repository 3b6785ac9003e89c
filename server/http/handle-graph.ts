import { z } from "zod";
import { AppError } from "@/lib/base/errors";
import { type Instant, instant, seconds } from "@/lib/base/units";
import { buildGraph } from "@/lib/graph/build-graph";
import { graphJson } from "@/lib/graph/graph-json";
import { GRAPH_FORMATS, graphText } from "@/lib/graph/graph-text";
import { GRAPH_TYPES, type MeshGraph } from "@/lib/graph/mesh-graph";
import { scopeGraph } from "@/lib/graph/scope-graph";
import { windowSeconds } from "@/lib/graph/window";
import { Label } from "@/lib/k8s/names";
import { runtime } from "../container";
import { problemsOf } from "../topology/topology-service";
import { readTelemetry } from "../topology/read-telemetry";
import { errorResponse } from "./error-response";

const DEADLINE = seconds(10);
/** A graph does not wait longer than this for what istiods say of their proxies. */
const PROXIES_PATIENCE = seconds(2);

const Window = z.string().transform((text, ctx) => {
  const value = windowSeconds(text);
  if (value !== undefined) return value;
  ctx.addIssue("must be a length from 1s to 1d such as 60s, 5m or 1h");
  return z.NEVER;
});
const Time = z.string().transform((text, ctx) => {
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  if (Number.isFinite(ms)) return instant(ms);
  ctx.addIssue("must be a time such as 2026-01-31T12:00:00Z, or seconds since 1970");
  return z.NEVER;
});
const once = <T extends z.ZodType>(type: T) => z.array(type).max(1, "is given once");
const Query = z.strictObject({
  namespace: z.array(Label).max(1000),
  duration: once(Window),
  at: once(Time),
  type: once(z.enum(GRAPH_TYPES)),
  format: once(z.enum(GRAPH_FORMATS)),
});
const NAMES = ["namespace", "duration", "at", "type", "format"];

const CONTENT_TYPE = {
  json: "application/json",
  cytoscape: "application/json",
  dot: "text/vnd.graphviz; charset=utf-8",
  mermaid: "text/plain; charset=utf-8",
} as const;

/**
 * `GET /api/v1/graph?namespace=…&duration=60s&at=TIME&type=…&format=…`: who calls whom, in the form
 * of the command line; health of now is that of configuration and proxies too. Without telemetry it says so in `telemetry` and tells what exists; 503 until
 * the cluster was read once, or when Prometheus has no answer for the time `at`.
 */
export async function handleGraph(request: Request): Promise<Response> {
  const given = Object.fromEntries(NAMES.map((name) => [name, [] as string[]]));
  for (const [name, value] of new URL(request.url).searchParams) {
    (given[name] ??= []).push(...(name === "namespace" ? value.split(",") : [value]));
  }
  const query = Query.safeParse(given);
  if (!query.success) {
    const [issue] = query.error.issues;
    const message = issue ? `${String(issue.path[0] ?? "query")}: ${issue.message}` : "bad query";
    return errorResponse(400, { code: "invalid", message });
  }
  if (!runtime().mesh.ready) {
    const message = "The cluster is not read yet; ask again when /readyz answers 200.";
    return errorResponse(503, { code: "unavailable", message });
  }
  const {
    namespace: namespaces,
    duration: [duration = 60],
    at: [at],
    type: [type = "versionedApp"],
    format: [format = "json"],
  } = query.data;
  try {
    const question = { windowSeconds: duration, type };
    const reading = at === undefined ? await live(question) : await past(question, at, request);
    const json = graphJson(scopeGraph(reading.graph, namespaces), {
      at: reading.at === undefined ? null : new Date(reading.at).toISOString(),
      namespaces,
      telemetry: reading.telemetry,
      problems: problemsOf(runtime().mesh),
    });
    return new Response(graphText(json, format, 0), {
      headers: { "content-type": CONTENT_TYPE[format], "cache-control": "no-store" },
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, message, hint } = error;
    return errorResponse(code === "invalid" ? 400 : 503, { code, message, details: hint });
  }
}

type Question = Parameters<typeof buildGraph>[2];

async function live(question: Question) {
  const { topology } = runtime();
  const proxies = proxyStates();
  const { graph, reading, telemetry } = await topology.wholeOnce(question);
  const unknown = await proxies;
  const { state, message = null } = telemetry;
  const missing = unknown === undefined ? telemetry.missing : [...telemetry.missing, unknown];
  return { graph: topology.judged(graph), at: reading?.at, telemetry: { state, message, missing } };
}

/** Has the istiods asked about their proxies where nobody looks at them; why they are not known. */
async function proxyStates(): Promise<string | undefined> {
  const { proxies, clock } = runtime();
  const stop = new AbortController();
  const late = clock.sleep(PROXIES_PATIENCE, stop.signal).then(
    () => "istiod has not answered yet",
    () => undefined,
  );
  const asked = proxies.snapshot().then(
    ({ error }) => error?.message,
    (error: unknown) => {
      if (error instanceof AppError) return error.message;
      throw error;
    },
  );
  try {
    const reason = await Promise.race([asked, late]);
    return reason === undefined ? undefined : `The state of proxies is not known: ${reason}`;
  } finally {
    stop.abort();
  }
}

async function past(question: Question, at: Instant, { signal }: Request) {
  const { metrics, clock, mesh } = runtime();
  const asked = { deadline: DEADLINE, signal, at };
  const reading = await readTelemetry({ metrics, clock }, question.windowSeconds, asked);
  const graph: MeshGraph = buildGraph(reading.telemetry, mesh.view(), question);
  return {
    graph,
    at: reading.at,
    telemetry: { state: "live" as const, message: null, missing: reading.missing },
  };
}
