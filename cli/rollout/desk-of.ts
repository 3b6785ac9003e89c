import type { World } from "./world";

/** What the server gives to each request of a user, for the user `by` of a simulation. */
export const deskOf = ({ desk, time, metrics }: World, by: string) => ({
  cluster: { ...desk.cluster, identity: { ...desk.cluster.identity, user: by } },
  mesh: desk.mesh,
  store: desk.rollouts.store,
  metrics,
  clock: time.clock(),
  // A story tells what became of it; lines of a server would stand between.
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  readOnly: false,
  requestId: "simulation",
});
