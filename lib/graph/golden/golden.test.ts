import { expect, it } from "vitest";
import { meshView } from "@/lib/mesh/view";
import { buildGraph } from "../build-graph";
import { GRAPH_TYPES, type GraphType } from "../mesh-graph";
import { graphLines } from "../testing";
import { AMBIENT_MESHES } from "./ambient-meshes";
import { EDGE_MESHES } from "./edge-meshes";
import { type GoldenMesh, goldenObjects, goldenTelemetry } from "./golden-mesh";
import { ODD_MESHES } from "./odd-meshes";
import { SIDECAR_MESHES } from "./sidecar-meshes";

const MESHES: readonly GoldenMesh[] = [
  ...SIDECAR_MESHES,
  ...AMBIENT_MESHES,
  ...EDGE_MESHES,
  ...ODD_MESHES,
];

const drawn = (mesh: GoldenMesh, type: GraphType) =>
  graphLines(
    buildGraph(goldenTelemetry(mesh), meshView(goldenObjects(mesh)), { windowSeconds: 60, type }),
  );

const cases = MESHES.flatMap((mesh) =>
  GRAPH_TYPES.flatMap((type) => {
    const expected = mesh.graphs[type];
    return expected ? [{ title: mesh.title, mesh, type, expected }] : [];
  }),
);

it.each(cases)("$title, as $type", ({ mesh, type, expected }) => {
  expect(drawn(mesh, type)).toEqual(expected);
});

it("draws the same mesh with the same traffic whatever its type", () => {
  for (const mesh of MESHES) {
    const totals = GRAPH_TYPES.map((type) =>
      buildGraph(goldenTelemetry(mesh), meshView(goldenObjects(mesh)), {
        windowSeconds: 60,
        type,
      }).edges.reduce((sum, { traffic }) => sum + (traffic.requestsPerSecond ?? 0), 0),
    );
    for (const total of totals) expect(total, mesh.title).toBeCloseTo(totals[0] ?? 0, 6);
  }
});
