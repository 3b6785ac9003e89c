"use client";

import { Button } from "@/components/ui/button";
import { PageHeader } from "@/components/ui/page-header";
import { Tabs } from "@/components/ui/tabs";
import { ControlPlaneFacts } from "./control-plane-facts";
import { DebugBrowser } from "./debug-browser";
import { IstiodLogLevels } from "./istiod-log-levels";
import { useControlPlaneState } from "./use-control-plane-state";

const VIEWS = [
  { value: "state", label: "State" },
  { value: "debug", label: "Debug pages" },
  { value: "logging", label: "Log levels" },
] as const;

/** The istiods of the mesh: how they do, and what they say they know. */
export function ControlPlanePage() {
  const [state, setState] = useControlPlaneState();
  return (
    <>
      <PageHeader
        title="Control plane"
        lead="How the istiods do, and what they know"
        actions={
          <Button
            variant="quiet"
            onClick={() => void setState({ view: "debug", page: "mesh", find: null })}
          >
            Read the mesh configuration
          </Button>
        }
      />
      <Tabs
        label="Parts of the control plane"
        items={VIEWS}
        value={state.view}
        onChange={(view) => void setState({ view })}
      >
        {state.view === "state" ? (
          <ControlPlaneFacts />
        ) : state.view === "logging" ? (
          <IstiodLogLevels state={state} setState={setState} />
        ) : (
          <DebugBrowser state={state} setState={setState} />
        )}
      </Tabs>
    </>
  );
}
