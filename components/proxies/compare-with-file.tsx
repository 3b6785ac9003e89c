"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { formatBytes } from "@/components/ui/format";
import { Skeleton } from "@/components/ui/skeleton";
import { VerdictBlock } from "@/components/ui/verdict-block";
import type { CompareAnswer, CompareRequest } from "./compare-dump.worker";
import { ComparisonResult } from "./comparison-result";

/** What this proxy holds now against a dump that was saved before, which never leaves the browser. */
export function CompareWithFile({
  proxy,
  addresses,
}: {
  proxy: { readonly namespace: string; readonly name: string };
  addresses: boolean;
}) {
  const trpc = useTRPC();
  const [file, setFile] = useState<File>();
  const [over, setOver] = useState(false);
  const { data, error, refetch } = useQuery(trpc.proxies.dump.queryOptions(proxy));
  const answer = useComparison(file, data?.text, !addresses);
  const name = `${proxy.name}.${proxy.namespace}`;
  return (
    <>
      <div
        className="qd-proxies-drop"
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          setFile(event.dataTransfer.files[0]);
        }}
      >
        <label>
          Saved dump
          <input
            type="file"
            accept=".json,application/json"
            onChange={(event) => setFile(event.target.files?.[0])}
          />
        </label>
        <span className="qd-note">
          {file ? `${file.name}, ${formatBytes(file.size)}. ` : "Choose a file, or drop one here. "}
          It is read in this browser and sent nowhere.
        </span>
        <Button
          size="small"
          disabledReason={data ? undefined : "The proxy has not answered yet"}
          onClick={() => data && save(`${name}.json`, data.text)}
        >
          Save what it holds now
        </Button>
      </div>
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {!file || !data ? null : !answer ? (
        <Skeleton label="Comparing" rows={5} />
      ) : "problem" in answer ? (
        <VerdictBlock status="fail" title="The file cannot be compared">
          {answer.problem}. Save a dump here, or with istioctl proxy-config all -o json.
        </VerdictBlock>
      ) : (
        <ComparisonResult
          comparison={answer.comparison}
          name={name}
          at={data.at}
          addresses={addresses}
        />
      )}
    </>
  );
}

/** Compares in a worker: dumps of tens of megabytes would hold up the page. */
function useComparison(
  file: File | undefined,
  now: string | undefined,
  ignoreAddresses: boolean,
): CompareAnswer | undefined {
  const [result, setResult] = useState<{ readonly of: unknown; readonly answer: CompareAnswer }>();
  // External system: a worker, which ends with what it was asked for.
  useEffect(() => {
    if (!file || now === undefined) return;
    const worker = new Worker(new URL("./compare-dump.worker.ts", import.meta.url), {
      type: "module",
    });
    worker.onmessage = ({ data }: MessageEvent<CompareAnswer>) =>
      setResult({ of: file, answer: data });
    worker.onerror = (event) => setResult({ of: file, answer: { problem: event.message } });
    worker.postMessage({ file, now, ignoreAddresses } satisfies CompareRequest);
    return () => worker.terminate();
  }, [file, now, ignoreAddresses]);
  return result?.of === file ? result?.answer : undefined;
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
