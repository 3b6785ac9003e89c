"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/components/trpc/client";
import { Age } from "@/components/ui/age";
import { type Column, DataTable } from "@/components/ui/data-table";
import { ErrorState } from "@/components/ui/error-state";
import { formatNumber, NO_DATA } from "@/components/ui/format";
import { Panel } from "@/components/ui/panel";
import { Skeleton } from "@/components/ui/skeleton";
import { Status } from "@/components/ui/status";
import type { StatusName } from "@/components/ui/status-glyph";
import type { MeshRevision, MeshWebhook } from "@/server/control-plane/mesh-webhooks";
import type { Skew, VersionPair } from "@/server/control-plane/version-skew";
import { IstiodsPanel } from "./istiods-panel";

/** The istiods, what they sign and serve, and who follows which of them. */
export function ControlPlaneFacts() {
  const trpc = useTRPC();
  const { data, error, refetch } = useQuery(
    trpc.controlPlane.state.queryOptions(undefined, {
      meta: { live: ["graph", "proxies", "mesh:Pod", "mesh:Namespace"] },
    }),
  );
  if (!data) {
    return error ? (
      <ErrorState error={error} onRetry={() => void refetch()} />
    ) : (
      <Skeleton label="Reading the control plane" rows={8} />
    );
  }
  return (
    <>
      <IstiodsPanel figures={data.figures} at={data.at} />
      <Panel title="Releases" note="proxies by their release and that of their istiod">
        {data.versions ? (
          <DataTable
            dense
            label="Releases of proxies and istiods"
            columns={VERSIONS}
            rows={data.versions}
            rowKey={({ proxy, istiod }) => `${proxy ?? ""} ${istiod ?? ""}`}
            empty="No proxy is connected."
          />
        ) : (
          <p className="qd-note">istiod does not tell which proxies are connected to it.</p>
        )}
      </Panel>
      <Panel title="Webhooks" note="as the API server would ask them">
        <DataTable
          dense
          label="Webhooks"
          columns={WEBHOOKS}
          rows={data.webhooks}
          rowKey={({ configuration, name }) => `${configuration} ${name}`}
          empty="No webhook of Istio is there, or its kinds may not be read."
        />
      </Panel>
      <Panel title="Revisions and tags" note="with the namespaces labelled for them">
        <DataTable
          dense
          label="Revisions and tags"
          columns={REVISIONS}
          rows={data.revisions}
          rowKey={({ name, tagOf }) => `${name} ${tagOf ?? ""}`}
          empty="No istiod and no injection webhook names a revision."
        />
      </Panel>
    </>
  );
}

const SKEWS: Readonly<Record<Skew, readonly [StatusName, string]>> = {
  same: ["ok", "the same release"],
  behind: ["info", "other releases that work together"],
  "too-old": ["warn", "more than one minor release behind: not supported"],
  ahead: ["warn", "ahead of its istiod: not supported"],
  unknown: ["unknown", "unknown"],
};

const VERSIONS: readonly Column<VersionPair>[] = [
  { key: "proxy", header: "Proxy", cell: ({ proxy = "unknown" }) => proxy },
  { key: "istiod", header: "istiod", cell: ({ istiod = "unknown" }) => istiod },
  { key: "count", header: "Proxies", numeric: true, cell: ({ proxies }) => formatNumber(proxies) },
  {
    key: "skew",
    header: "Together",
    cell: ({ skew }) => <Status status={SKEWS[skew][0]} label={SKEWS[skew][1]} />,
  },
];

const WEBHOOKS: readonly Column<MeshWebhook>[] = [
  {
    key: "name",
    header: "Webhook",
    cell: ({ name, configuration }) => (
      <span className="font-mono text-xs" title={configuration}>
        {name}
      </span>
    ),
  },
  { key: "kind", header: "What it does", cell: ({ kind }) => kind },
  { key: "revision", header: "Revision", cell: ({ revision = NO_DATA }) => revision },
  {
    key: "policy",
    header: "If it fails",
    cell: ({ failurePolicy }) =>
      failurePolicy === "Fail" ? "the request is refused" : "the request goes through",
  },
  {
    key: "ca",
    header: "CA bundle",
    cell: ({ caEnds }) =>
      caEnds === null ? (
        <Status status="unknown" label="none written" />
      ) : caEnds === "unreadable" ? (
        <Status status="fail" label="no certificate" />
      ) : (
        <>
          ends <Age at={caEnds} />
        </>
      ),
  },
  {
    key: "asks",
    header: "Asks",
    cell: ({ asks }) => <span className="font-mono text-xs">{asks}</span>,
  },
  {
    key: "reachable",
    header: "Behind it",
    cell: ({ reachable }) =>
      reachable === undefined ? (
        <Status status="unknown" label="not told by objects" />
      ) : reachable ? (
        <Status status="ok" label="a ready pod" />
      ) : (
        <Status status="fail" label="no ready pod" />
      ),
  },
];

const REVISIONS: readonly Column<MeshRevision>[] = [
  { key: "name", header: "Name", cell: ({ name }) => <span className="font-mono">{name}</span> },
  {
    key: "what",
    header: "Is",
    cell: ({ tagOf }) => (tagOf === undefined ? "a revision" : `a tag of ${tagOf}`),
  },
  {
    key: "istiods",
    header: "istiods",
    numeric: true,
    cell: ({ istiods }) => formatNumber(istiods),
  },
  {
    key: "namespaces",
    header: "Namespaces",
    cell: ({ namespaces }) => (namespaces.length === 0 ? "none" : namespaces.join(", ")),
  },
];
