"use client";

import { PageHeader } from "@/components/ui/page-header";
import { DebugBrowser } from "./debug-browser";
import { useControlPlaneState } from "./use-control-plane-state";

/** What istiod knows and thinks, in its own words. */
export function ControlPlanePage() {
  const [state, setState] = useControlPlaneState();
  return (
    <>
      <PageHeader title="Control plane" lead="What istiod knows, read from its debug pages" />
      <DebugBrowser state={state} setState={setState} />
    </>
  );
}
