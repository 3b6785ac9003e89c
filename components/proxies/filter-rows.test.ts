import { describe, expect, test } from "vitest";
import type { TableRow } from "./table-row";
import { filterRows } from "./filter-rows";
import { proxyOfParam } from "./use-proxies-state";

const row = (pod: string, given: Partial<TableRow> = {}): TableRow => ({
  id: `${pod}.shop`,
  pod,
  namespace: "shop",
  workload: "reviews",
  kind: "sidecar",
  cluster: "Kubernetes",
  types: null,
  state: "synced",
  cause: "Synced",
  evidence: undefined,
  since: undefined,
  version: "1.30.1",
  revision: "default",
  istiod: "istiod-x2k8p",
  error: undefined,
  ...given,
});

describe("filterRows", () => {
  const rows = [
    row("reviews-1"),
    row("ads-1", { state: "refused", cause: "Listeners refused", evidence: "fill timer" }),
    row("gate-1", { kind: "gateway", namespace: "edge", version: "1.29.4" }),
  ];
  const found = (filter: string, state: TableRow["state"] | null = null) =>
    filterRows(rows, { filter, state }).map(({ pod }) => pod);

  test.each([
    ["", ["reviews-1", "ads-1", "gate-1"]],
    ["REFUSED", ["ads-1"]],
    ["fill timer", ["ads-1"]],
    ["gateway edge", ["gate-1"]],
    ["1.30 x2k8p shop", ["reviews-1", "ads-1"]],
    ["  reviews   nowhere ", []],
  ])("%j finds %j", (filter, pods) => {
    expect(found(filter)).toEqual(pods);
  });

  test("a state narrows together with words", () => {
    expect(found("", "refused")).toEqual(["ads-1"]);
    expect(found("gate", "refused")).toEqual([]);
  });
});

describe("proxyOfParam", () => {
  test.each([
    ["shop/reviews-1", { namespace: "shop", name: "reviews-1" }],
    ["shop", undefined],
    ["shop/a/b", undefined],
    ["/a", undefined],
    [null, undefined],
  ])("%j is %j", (text, proxy) => {
    expect(proxyOfParam(text)).toEqual(proxy);
  });
});
