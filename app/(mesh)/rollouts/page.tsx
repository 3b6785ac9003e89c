import type { Metadata } from "next";
import { RolloutList } from "@/components/rollouts/rollout-list";

export const metadata: Metadata = { title: "Rollouts" };

export default function Page() {
  return <RolloutList />;
}
