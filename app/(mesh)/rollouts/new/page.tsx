import type { Metadata } from "next";
import { NewRollout } from "@/components/rollouts/new-rollout";

export const metadata: Metadata = { title: "New canary" };

export default function Page() {
  return <NewRollout />;
}
