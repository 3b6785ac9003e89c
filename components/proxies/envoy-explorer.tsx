"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { LogLevels } from "@/components/log-levels/log-levels";
import { useTRPC } from "@/components/trpc/client";
import { Age } from "@/components/ui/age";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { ErrorState } from "@/components/ui/error-state";
import { formatNumber } from "@/components/ui/format";
import { Panel } from "@/components/ui/panel";
import { SearchField } from "@/components/ui/search-field";
import { Tabs } from "@/components/ui/tabs";
import { BootstrapTable } from "./bootstrap-table";
import { CompareProxy } from "./compare-proxy";
import {
  ClusterTable,
  EndpointTable,
  ExtensionTable,
  ListenerTable,
  ObjectTable,
  RouteTable,
  SecretTable,
} from "./explorer-tables";
import { ExplainLine } from "./explain-line";
import { FollowRequest } from "./follow-request";
import { RawDump } from "./raw-dump";
import {
  EXPLORER_TABS,
  type ExplorerTab,
  type ProxiesState,
  type SetProxiesState,
} from "./use-proxies-state";

const TAB_WORDS: Readonly<Record<ExplorerTab, string>> = {
  listeners: "Listeners",
  routes: "Routes",
  clusters: "Clusters",
  endpoints: "Endpoints",
  secrets: "Secrets",
  extensions: "Extensions",
  bootstrap: "Bootstrap",
  objects: "By object",
  walk: "Follow a request",
  compare: "Compare",
  explain: "Explain a log line",
  logging: "Log levels",
  raw: "Raw JSON",
};

/** Tabs with one table of rows. */
type TableTab = Exclude<ExplorerTab, OtherTab>;

const OTHER_TABS = ["bootstrap", "walk", "compare", "explain", "logging", "raw"] as const;
type OtherTab = (typeof OTHER_TABS)[number];

const isTable = (tab: ExplorerTab): tab is TableTab =>
  !(OTHER_TABS as readonly ExplorerTab[]).includes(tab);

/** istioctl's words for the tables that it has. */
const ISTIOCTL: Readonly<Partial<Record<ExplorerTab, string>>> = {
  secrets: "secret",
  extensions: "ecds",
};

interface Proxy {
  readonly namespace: string;
  readonly name: string;
}

/** What one Envoy holds, in the tables that istioctl prints. */
export function EnvoyExplorer({
  proxy,
  state,
  setState,
}: {
  proxy: Proxy;
  state: ProxiesState;
  setState: SetProxiesState;
}) {
  const trpc = useTRPC();
  // One row is enough to know how many of each there are, and how old the dump is.
  const counts = useQuery(
    trpc.proxies.listeners.queryOptions(
      { ...proxy, limit: 1 },
      { placeholderData: keepPreviousData, meta: { live: ["proxies"] } },
    ),
  );
  const open = (tab: ExplorerTab, find = ""): void => void setState({ tab, find, line: "" });
  return (
    <div className="qd-proxies-explorer">
      <Panel
        title="Envoy explorer"
        note={<span className="font-mono text-xs">{proxy.name}</span>}
        aside={
          counts.data ? (
            <>
              config_dump <Age at={counts.data.at} />, secrets redacted
            </>
          ) : null
        }
      >
        <Tabs
          label="Envoy explorer"
          items={EXPLORER_TABS.map((value) => ({
            value,
            label:
              !isTable(value) || !counts.data ? (
                TAB_WORDS[value]
              ) : (
                <>
                  {TAB_WORDS[value]}{" "}
                  <span className="font-normal text-ink-3">
                    {formatNumber(counts.data.counts[value])}
                  </span>
                </>
              ),
          }))}
          value={state.tab}
          onChange={(tab) => open(tab)}
        >
          {!isTable(state.tab) && state.tab !== "bootstrap" ? null : (
            <div className="my-2 flex flex-wrap items-center gap-2">
              <SearchField
                className="min-w-[220px] flex-1"
                label={`Filter ${TAB_WORDS[state.tab].toLowerCase()}`}
                placeholder="Port, host, route, cluster, object"
                mono
                value={state.find}
                onChange={(find) => void setState({ find })}
              />
              {state.tab === "objects" ? null : (
                <CopyButton
                  text={`istioctl proxy-config ${ISTIOCTL[state.tab] ?? state.tab} ${proxy.name}.${proxy.namespace}`}
                  label="Copy as istioctl"
                />
              )}
            </div>
          )}
          {counts.error && !counts.data ? (
            <ErrorState
              error={counts.error}
              onRetry={() => void counts.refetch()}
              title="The proxy’s admin page cannot be read"
            >
              Its states in the table come from istiod and stay right.
            </ErrorState>
          ) : state.tab === "raw" ? (
            <div className="mt-2">
              <RawDump proxy={proxy} state={state} setState={setState} />
            </div>
          ) : state.tab === "bootstrap" ? (
            <BootstrapTable proxy={proxy} find={state.find} />
          ) : state.tab === "explain" ? (
            <ExplainLine />
          ) : state.tab === "logging" ? (
            <LogLevels target={{ program: "envoy", ...proxy }} />
          ) : state.tab === "walk" ? (
            <FollowRequest proxy={proxy} state={state} setState={setState} />
          ) : state.tab === "compare" ? (
            <CompareProxy proxy={proxy} state={state} setState={setState} />
          ) : (
            <>
              {state.line === "" ? null : (
                <p className="mb-1 flex items-center gap-2 text-xs text-ink-2">
                  Only what <span className="font-mono">{state.line}</span> made.
                  <Button variant="quiet" size="small" onClick={() => void setState({ line: "" })}>
                    Show all
                  </Button>
                </p>
              )}
              <Table
                key={state.tab}
                tab={state.tab}
                proxy={proxy}
                find={state.find}
                line={state.line}
                onOpen={open}
              />
            </>
          )}
        </Tabs>
      </Panel>
    </div>
  );
}

const FIRST = 500;

function Table({
  tab,
  proxy,
  find,
  line,
  onOpen,
}: {
  tab: TableTab;
  proxy: Proxy;
  find: string;
  line: string;
  onOpen: (tab: ExplorerTab, find?: string) => void;
}) {
  const [limit, setLimit] = useState(FIRST);
  const shared = {
    question: { ...proxy, filter: find, limit },
    line,
    onMore: limit < 1000 ? () => setLimit(1000) : undefined,
    onOpen,
  };
  switch (tab) {
    case "listeners":
      return <ListenerTable {...shared} />;
    case "routes":
      return <RouteTable {...shared} />;
    case "clusters":
      return <ClusterTable {...shared} />;
    case "endpoints":
      return <EndpointTable {...shared} />;
    case "secrets":
      return <SecretTable {...shared} />;
    case "extensions":
      return <ExtensionTable {...shared} />;
    case "objects":
      return <ObjectTable {...shared} />;
  }
}
