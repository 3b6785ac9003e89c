import { describe, expect, it } from "vitest";
import { meshView } from "@/lib/mesh/view";
import { boxContents } from "./box-contents";
import { buildGraph } from "./build-graph";
import { drawingOf } from "./drawing";
import { foldGraph } from "./fold-graph";
import { clusterGrouping, groupByLabel, groupingLabels } from "./group-by-label";
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

/** Two clusters: `web` runs in both, eighty services in four namespaces in `west` alone. */
const twoClusters = () => {
  const from = (cluster: string, to: string) => ({
    source_cluster: cluster,
    destination_cluster: to,
  });
  const west = Array.from({ length: 80 }, (_, i) => `team${i % 4}/s${i}-v1`);
  return buildGraph(
    telemetry({
      requests: [
        requests("shop/web-v1", "shop/cart-v1", 3, from("east", "east")),
        requests("shop/web-v1", "pay/ledger-v1", 3, from("west", "west")),
        ...west.map((to) => requests("pay/ledger-v1", to, 1, from("west", "west"))),
      ],
    }),
    mesh,
    { windowSeconds: 10, type: "app" },
  );
};

describe("boxes by cluster", () => {
  const whole = twoClusters();
  const [key = ""] = clusterGrouping(whole);
  const byCluster = groupByLabel(whole, mesh, key);
  const none = new Set<string>();
  const fold = (opened: readonly string[]) =>
    foldGraph(byCluster, { opened: new Set(opened), closed: none, kept: none }).graph;
  const plates = (opened: readonly string[]) =>
    fold(opened).nodes.map(({ name, group, members }) => `${group ?? ""}: ${name} ${members ?? 1}`);

  it("are offered where telemetry names several", () => {
    expect(key).toBe("topology.istio.io/cluster");
    expect(clusterGrouping(graph)).toEqual([]);
  });

  it("hold what runs in each; what runs in two stands between them, what is idle where its pods are", () => {
    const of = (id: string) => byCluster.nodes.find((node) => node.id === id)?.group;
    expect(["shop/web", "shop/cart", "pay/ledger"].map(of)).toEqual([
      "east and west",
      "east",
      "west",
    ]);
    expect(["pay/fraud", "team3/s7"].map(of)).toEqual(["east", "west"]);
  });

  it("open to namespaces, and those to services", () => {
    expect(plates([])).toEqual(["east: east 2", "west: west 81", "east and west: web 1"]);
    expect(plates(["west"])).toEqual([
      "east: east 2",
      ...["team0", "team1", "team2", "team3"].map((name) => `west: ${name} 20`),
      "west: ledger 1",
      "east and west: web 1",
    ]);
    const drawn = fold(["west", "west/team1"]);
    expect(drawn.nodes.filter(({ namespace }) => namespace === "team1")).toHaveLength(20);
    expect(drawn.nodes.filter(({ kind }) => kind === "group")).toHaveLength(4);
    const group = fold(["west"]).nodes.find(({ name }) => name === "team2") ?? expect.unreachable();
    expect(group.opens).toBe("west/team2");
    const contents = boxContents(byCluster, fold(["west"]), group.id);
    expect(contents?.memberCount).toBe(20);
    expect(contents?.nodes.every(({ namespace }) => namespace === "team2")).toBe(true);
  });
});

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
