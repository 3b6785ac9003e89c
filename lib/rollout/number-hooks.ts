import type { RolloutAnalysis } from "./plan";

type Webhook = RolloutAnalysis["webhooks"][number];

/** Webhooks that give a number at each check; the others say yes or no, or are only told. */
export const numberHooks = ({ webhooks }: Pick<RolloutAnalysis, "webhooks">): readonly Webhook[] =>
  webhooks.filter(({ type }) => type === "rollout");
