import type { Clusters, MeshView } from "./view";

/** The same snapshot with other clusters beside it, for rules that compare them; facts do not see them. */
export const withClusters = (view: MeshView, clusters: Clusters): MeshView =>
  Object.create(view, { clusters: { value: clusters, enumerable: true } }) as MeshView;
