import { describe, expect, it } from "vitest";
import { meshView } from "@/lib/mesh/view";
import { buildGraph } from "./build-graph";
import { drawingOf } from "./drawing";
import { foldGraph } from "./fold-graph";
import { groupByLabel, groupingLabels } from "./group-by-label";
import { aWorkload, requests, telemetry } from "./testing";

const namespace = (name: string, labels: Record<string, string>) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});
const mesh = meshView([
  namespace("shop", { team: "sales", "kubernetes.io/metadata.name": "shop" }),
  namespace("pay", {}),
  ...aWorkload("shop/web-v1"),
  ...aWorkload("shop/cart-v1", { labels: { team: "checkout" } }),
  ...aWorkload("pay/ledger-v1", { labels: { team: "checkout" } }),
  ...aWorkload("pay/fraud-v1"),
]);
const graph = buildGraph(
  telemetry({ requests: [requests("shop/web-v1", "shop/cart-v1", 3)] }),
  mesh,
  { windowSeconds: 10, type: "app" },
);
const byTeam = groupByLabel(graph, mesh, "team");

describe("boxes by a label", () => {
  it("take it from pods, else from the namespace, and keep together what has none", () => {
    expect(byTeam.nodes.map(({ id, group }) => `${id} ${group ?? ""}`)).toEqual([
      "pay/fraud no team",
      "pay/ledger checkout",
      "shop/cart checkout",
      "shop/web sales",
    ]);
    expect(drawingOf(byTeam).boxes.map(({ name, leaves }) => `${name} ${leaves.length}`)).toEqual([
      "no team 1",
      "checkout 2",
      "sales 1",
    ]);
  });

  it("open and close as namespaces do", () => {
    const none = new Set<string>();
    const folded = foldGraph(byTeam, { opened: none, closed: new Set(["checkout"]), kept: none });
    expect(folded.graph.nodes.map(({ id, members }) => `${id} ${members ?? 1}`)).toEqual([
      "group:checkout 2",
      "pay/fraud 1",
      "shop/web 1",
    ]);
  });

  it("are offered for labels that divide the mesh", () => {
    expect(groupingLabels(mesh)).toEqual(["team"]);
  });
});
