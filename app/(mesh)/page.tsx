import type { Metadata } from "next";
import { ControlPlanePanel } from "@/components/overview/control-plane-panel";
import { HealthStrip } from "@/components/overview/health-strip";
import { IncidentList } from "@/components/overview/incident-list";
import { OverviewHeader } from "@/components/overview/overview-header";
import { RecentChanges } from "@/components/overview/recent-changes";
import { RolloutsPanel } from "@/components/overview/rollouts-panel";

export const metadata: Metadata = { title: "What needs you now" };

export default function OverviewPage() {
  return (
    <>
      <OverviewHeader />
      <HealthStrip />
      <div className="qd-columns">
        <div className="min-w-0">
          <IncidentList />
          <RecentChanges />
        </div>
        <div className="min-w-0">
          <RolloutsPanel />
          <ControlPlanePanel />
        </div>
      </div>
    </>
  );
}
