"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "@/components/trpc/client";
import { Age } from "@/components/ui/age";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Segmented } from "@/components/ui/segmented";
import { Skeleton } from "@/components/ui/skeleton";
import { TextField } from "@/components/ui/text-field";
import { VerdictBlock } from "@/components/ui/verdict-block";
import type { WalkStep } from "@/lib/xds/walk/walk";
import type { Traced } from "@/server/proxies/trace-rows";
import { type AskedRequest, askedRequest } from "./asked-request";
import { ObjectLink } from "./object-link";
import type { ProxiesState, SetProxiesState } from "./use-proxies-state";

interface Proxy {
  readonly namespace: string;
  readonly name: string;
}

/** Follows a request through what this proxy holds: each decision with its reason. Nothing is sent. */
export function FollowRequest({
  proxy,
  state,
  setState,
}: {
  proxy: Proxy;
  state: ProxiesState;
  setState: SetProxiesState;
}) {
  const [line, setLine] = useState(state.ask);
  const [headers, setHeaders] = useState(state.headers);
  const asked = askedRequest(state.ask, state.headers);
  const request = asked && state.way !== "leaves" ? { ...asked, arrives: state.way } : asked;
  const isWrong = state.ask !== "" && !request;
  return (
    <div className="mt-2 grid gap-3">
      <form
        className="flex flex-wrap items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          void setState({ ask: line.trim(), headers: headers.trim() });
        }}
      >
        <div className="min-w-[220px] flex-1">
          <TextField
            label="Request"
            placeholder="GET http://reviews:9080/reviews/0"
            mono
            value={line}
            error={isWrong ? "Write a host and a port, such as reviews:9080." : undefined}
            onChange={(event) => setLine(event.target.value)}
          />
        </div>
        <div className="min-w-[200px] flex-1">
          <TextField
            label="Headers"
            placeholder="end-user: jason; x-debug: 1"
            mono
            value={headers}
            onChange={(event) => setHeaders(event.target.value)}
          />
        </div>
        <Segmented
          label="Way of the request"
          options={[
            { value: "leaves", label: "Leaves the pod" },
            { value: "mtls", label: "Arrives, mTLS" },
            { value: "plain", label: "Arrives, plain" },
          ]}
          value={state.way}
          onChange={(way) => void setState({ way })}
        />
        <Button type="submit">Follow the request</Button>
      </form>
      {request ? (
        <Steps proxy={proxy} request={request} />
      ) : (
        <p className="qd-note">
          Nothing is sent: the request is followed through the configuration that the proxy holds
          now, from listener to endpoint. https:// and tcp:// are followed too.
        </p>
      )}
    </div>
  );
}

function Steps({ proxy, request }: { proxy: Proxy; request: AskedRequest }) {
  const trpc = useTRPC();
  const { data, error, refetch } = useQuery(
    trpc.proxies.walk.queryOptions(
      { ...proxy, request },
      { placeholderData: keepPreviousData, meta: { live: ["proxies"] } },
    ),
  );
  if (!data) {
    return error ? (
      <ErrorState error={error} onRetry={() => void refetch()} />
    ) : (
      <Skeleton label="Following the request" rows={6} />
    );
  }
  return (
    <>
      <ol className="qd-proxies-walk" aria-label="Decisions of the proxy">
        {data.steps.map((step, index) => (
          <Step key={`${step.step} ${step.chosen} ${index}`} step={step} />
        ))}
      </ol>
      <VerdictBlock status={data.isCarried ? "ok" : "fail"} title={data.end}>
        By the dump of <Age at={data.at} />. Policies, limits and faults in the filters decide when
        a request is there.
      </VerdictBlock>
    </>
  );
}

function Step({ step: { step, chosen, why, passed, object, field } }: { step: Traced<WalkStep> }) {
  return (
    <li>
      <span className="qd-proxies-walk-step">{step}</span>
      <div>
        <p>
          <span className="font-mono text-xs font-strong">{chosen || "none"}</span>{" "}
          <span className="text-ink-2">{why}</span>
        </p>
        {object ? (
          <p className="text-xs">
            Made by <ObjectLink of={object} field={field} />
          </p>
        ) : null}
        {passed.length > 0 ? (
          <details>
            <summary className="text-xs text-ink-2">{passed.length} not taken</summary>
            <ul className="text-xs text-ink-2">
              {passed.map(({ name, why: reason }, index) => (
                <li key={`${name} ${index}`}>
                  <span className="font-mono">{name}</span>: {reason}
                </li>
              ))}
            </ul>
          </details>
        ) : null}
      </div>
    </li>
  );
}
