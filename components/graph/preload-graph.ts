import { layoutWorker } from "./layout-worker";

/** Fetches what draws the first graph while its data is still on the way. */
export function preloadGraph(): void {
  layoutWorker();
  // Whoever draws finds the failure, and says it.
  import("cytoscape").catch(() => undefined);
}
