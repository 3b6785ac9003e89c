"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { CodeBlock } from "@/components/ui/code-block";
import { ErrorState } from "@/components/ui/error-state";
import { Panel } from "@/components/ui/panel";
import { Select } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";

interface Pod {
  readonly namespace: string;
  readonly name: string;
}

/** The newest lines that the proxy of one pod wrote: requests, if access logs are on, and warnings. */
export function PodLogs({ pods }: { pods: readonly Pod[] }) {
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState(pods[0]?.name ?? "");
  const pod = pods.find(({ name }) => name === chosen) ?? pods[0];
  const trpc = useTRPC();
  const { namespace = "", name = "" } = pod ?? {};
  const { data, error, refetch, isFetching } = useQuery(
    trpc.topology.logs.queryOptions({ namespace, name }, { enabled: open && pod !== undefined }),
  );
  if (!pod) return null;
  if (!open) return <Button onClick={() => setOpen(true)}>Read proxy logs</Button>;
  return (
    <Panel title="Proxy log" aside="newest last">
      <div className="mb-2 flex flex-wrap items-center gap-2">
        <Select
          aria-label="Pod"
          options={pods.map((one) => ({ value: one.name, label: one.name }))}
          value={pod.name}
          onChange={setChosen}
        />
        <Button onClick={() => void refetch()} pending={isFetching}>
          Read again
        </Button>
        <Button variant="quiet" onClick={() => setOpen(false)}>
          Close log
        </Button>
      </div>
      {error ? (
        <ErrorState
          error={error}
          onRetry={() => void refetch()}
          title={`The log of ${pod.name} cannot be read`}
        />
      ) : data === undefined ? (
        <Skeleton label="The log is loading" rows={4} />
      ) : data.lines.length === 0 ? (
        <p className="text-ink-2">
          Its proxy has written nothing. Requests are written where access logs are on: an Istio
          Telemetry object, or accessLogFile of the mesh.
        </p>
      ) : (
        <CodeBlock text={data.lines.join("\n")} label={`Log of ${pod.name}`} />
      )}
    </Panel>
  );
}
