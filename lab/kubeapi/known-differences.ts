const NO_WEBHOOK = "the sandbox does not run istiod's validation yet";

/** What the sandbox does otherwise than a real API server, and why, by the behaviour's key. */
export const KNOWN_DIFFERENCES: Readonly<Record<string, string>> = {
  "istiod's webhook: refuses what istiod refuses, in its words": NO_WEBHOOK,
  "istiod's webhook: warns of what istiod warns of": NO_WEBHOOK,
};
