import { toFinding } from "@/lib/analysis/draft";
import { AppError } from "@/lib/base/errors";
import type { Runtime } from "../container";
import { collectIncidents, type Incidents, type IncidentSource } from "./collect-incidents";
import { findingIncidents } from "./finding-incidents";
import { withEvidence } from "./graph-evidence";
import { graphIncidents, withSuspect } from "./graph-incidents";
import { compareIncidents, type Incident } from "./incident";
import { changedAt, recentChanges } from "./recent-changes";
import { proxyIncidents } from "./proxy-incidents";
import { rolloutIncidents } from "./rollout-incidents";
import { sourceIncidents } from "./source-incidents";

/** Lines are read for this many of the worst; more would be many queries for what few read. */
const WITH_EVIDENCE = 6;
const CHANGES_LOOKED_AT = 50;

type Needs = Pick<
  Runtime,
  "analysis" | "clock" | "mesh" | "metrics" | "proxies" | "rollouts" | "sources" | "topology"
>;

/** What needs somebody in some namespaces, or in all. */
export function readIncidents(
  needs: Needs,
  namespaces: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Incidents> {
  const sources: IncidentSource[] = [
    {
      subject: "traffic",
      toldBy: "source prometheus",
      read: () => readGraph(needs, namespaces, signal),
    },
    { subject: "configuration", read: async () => readFindings(needs, namespaces) },
    { subject: "proxies", toldBy: "source istiod", read: () => readProxies(needs, namespaces) },
    { subject: "rollouts", read: async () => readRollouts(needs, namespaces) },
    {
      subject: "sources",
      read: async () => sourceIncidents(needs.sources.current(), needs.mesh.problems()),
    },
  ];
  return collectIncidents(sources);
}

function readFindings({ mesh, analysis }: Needs, namespaces: readonly string[]): Incident[] {
  if (!mesh.ready) {
    throw new AppError("unavailable", "The objects of the cluster are not all listed yet");
  }
  const { view, findings: all } = analysis.current();
  const findings = all
    .map(toFinding)
    .filter(({ namespace }) => namespaces.length === 0 || namespaces.includes(namespace));
  return findingIncidents(findings, (ref) => changedAt(view, ref));
}

async function readProxies(
  { proxies, mesh, clock }: Needs,
  namespaces: readonly string[],
): Promise<Incident[]> {
  const snapshot = await proxies.snapshot();
  const inScope = snapshot.proxies.filter(
    ({ namespace }) => namespaces.length === 0 || namespaces.includes(namespace),
  );
  return proxyIncidents(mesh.view(), inScope, clock.now());
}

function readRollouts({ rollouts, clock }: Needs, namespaces: readonly string[]): Incident[] {
  const stored = rollouts.store
    .list()
    .filter((record) => namespaces.length === 0 || namespaces.includes(record.ref.namespace))
    .flatMap((record) => ("problem" in record ? [] : [record]));
  return rolloutIncidents(stored, clock.now());
}

async function readGraph(
  { topology, metrics, mesh, clock }: Needs,
  namespaces: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Incident[]> {
  const { graph, telemetry } = await topology.graph({ type: "service", namespaces });
  if (telemetry.state === "down" || telemetry.state === "off") {
    throw new AppError("unavailable", telemetry.message ?? "Prometheus does not answer", {
      hint: telemetry.hint,
    });
  }
  const found = graphIncidents(graph).toSorted(compareIncidents);
  const changes = recentChanges(mesh.view(), { namespaces: [], limit: CHANGES_LOOKED_AT });
  const at = clock.now();
  const traced = await Promise.all(
    found
      .slice(0, WITH_EVIDENCE)
      .map((incident) => withEvidence(incident, { metrics, at, ...(signal ? { signal } : {}) })),
  );
  return [
    ...traced.map((incident) => withSuspect(incident, changes)),
    ...found.slice(WITH_EVIDENCE),
  ];
}
