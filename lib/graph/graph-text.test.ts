import { describe, expect, it } from "vitest";
import { meshView } from "@/lib/mesh/view";
import { buildGraph } from "./build-graph";
import { graphJson } from "./graph-json";
import { graphText } from "./graph-text";
import type { GraphType } from "./mesh-graph";
import { aWorkload, requests, telemetry } from "./testing";

const ABOUT = {
  at: "2026-01-01T00:00:00.000Z",
  namespaces: [],
  telemetry: { state: "live", message: null, missing: [] },
  problems: [],
} as const;

const json = (type: GraphType = "versionedApp") =>
  graphJson(
    buildGraph(
      telemetry({
        requests: [
          requests('shop/we"b', "shop/cart-v1", 8),
          requests('shop/we"b', "shop/cart-v2", 2, { response_code: "503", response_flags: "UF" }),
        ],
      }),
      meshView([...aWorkload("shop/cart-v1"), ...aWorkload("shop/cart-v2")]),
      { windowSeconds: 60, type },
    ),
    ABOUT,
  );

describe("the JSON form", () => {
  it("has a node for each end of an edge, versions within their app", () => {
    const { nodes, edges } = json();
    expect(nodes.map(({ id, parent, version }) => [id, parent, version])).toEqual([
      ["shop/cart", undefined, undefined],
      ["shop/cart@v1", "shop/cart", "v1"],
      ["shop/cart@v2", "shop/cart", "v2"],
      ['shop/we"b', undefined, "latest"],
    ]);
    expect(edges[1]).toMatchObject({
      source: 'shop/we"b',
      target: "shop/cart@v2",
      requestsPerSecond: 2,
      errorsPerSecond: 2,
      errorRatio: 1,
      observed: true,
      configured: false,
      reporters: ["source"],
      responses: [{ code: "503", flags: "UF", requestsPerSecond: 2, failed: true }],
    });
  });

  it("names the query of each number, and its window", () => {
    const { numbers, queries } = json("app");
    const named = Object.values(numbers).flat();
    for (const name of named) expect(queries[name]).toContain(name === "past" ? "[300s]" : "[60s]");
    expect(new Set(named)).toEqual(new Set(Object.keys(queries)));
  });
});

describe("pictures", () => {
  it("escape names in DOT", () => {
    expect(graphText(json(), "dot").split("\n")).toEqual([
      "digraph mesh {",
      "  rankdir=LR;",
      "  node [shape=box];",
      '  subgraph "cluster_shop" { label="shop";',
      '    subgraph "cluster_shop/cart" { label="cart";',
      '      "shop/cart@v1" [label="v1"];',
      '      "shop/cart@v2" [label="v2", color="#c9190b"];',
      "    }",
      '    "shop/we\\"b" [label="we\\"b"];',
      "  }",
      '  "shop/we\\"b" -> "shop/cart@v1" [label="8.0/s"];',
      '  "shop/we\\"b" -> "shop/cart@v2" [label="2.0/s, 100 % errors", color="#c9190b"];',
      "}",
    ]);
  });

  it("escape names in Mermaid", () => {
    const text = graphText(json(), "mermaid");
    expect(text).toContain('n3["we#quot;b"]');
    expect(text).toContain('n3 -->|"2.0/s, 100 % errors"| n2');
  });

  it("nest in Cytoscape's elements", () => {
    const { elements } = JSON.parse(graphText(json(), "cytoscape")) as {
      elements: { nodes: { data: { id: string; parent?: string } }[]; edges: unknown[] };
    };
    const parents = new Map(elements.nodes.map(({ data }) => [data.id, data.parent]));
    expect(parents.get("shop/cart@v1")).toBe("shop/cart");
    expect(parents.get("shop/cart")).toBe("namespace:shop");
    expect(parents.get("namespace:shop")).toBeUndefined();
    expect(elements.edges).toHaveLength(2);
  });
});
