/** What the sandbox does otherwise than a real API server, and why, by the behaviour's key. */
export const KNOWN_DIFFERENCES: Readonly<Record<string, string>> = {};
