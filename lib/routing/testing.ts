import type { KubeObject } from "@/lib/k8s/object";
import { aMesh, anObject, aPod, aService, aSlice } from "@/lib/mesh/testing";
import type { MeshView } from "@/lib/mesh/view";
import { decide } from "./decide";
import { type Chance, sampling } from "./chance";
import type { Decision } from "./decision";
import { type MeshRequest, proxyOf } from "./request";
import type { TraceStep } from "./trace";

/** Client `web` and service `reviews` in namespace `shop`, which has pods of two versions. */
export function shop(...objects: readonly KubeObject[]): MeshView {
  const pods = [
    aPod("shop/reviews-v1", { ip: "10.0.0.1" }),
    aPod("shop/reviews-v2", { ip: "10.0.0.2" }),
  ];
  return aMesh(
    aPod("shop/web-v1", { ip: "10.0.0.9" }),
    ...pods,
    aService("shop/reviews"),
    aSlice("shop/reviews", pods),
    anObject("DestinationRule", "shop/reviews", {
      host: "reviews",
      subsets: [
        { name: "v1", labels: { version: "v1" } },
        { name: "v2", labels: { version: "v2" } },
        { name: "none", labels: { version: "none" } },
      ],
    }),
    ...objects,
  );
}

/** A VirtualService of `reviews` with these HTTP routes. */
export const routes = (...http: readonly object[]): KubeObject =>
  anObject("VirtualService", "shop/reviews", { hosts: ["reviews"], http });

/** A route to a subset of `reviews`. */
export const to = (subset: string, more: object = {}): object => ({
  route: [{ destination: { host: "reviews", subset } }],
  ...more,
});

/** A request as `web` sends it. */
export const aRequest = (more: Partial<MeshRequest> = {}): MeshRequest => ({
  port: 9080,
  method: "GET",
  scheme: "http",
  authority: "reviews:9080",
  path: "/",
  headers: {},
  ...more,
});

/** What the proxy of `web` (or of another pod) decides; `draw` is one number for everything. */
export function decided(
  mesh: MeshView,
  request: Partial<MeshRequest> = {},
  options: { readonly draw?: number | Chance; readonly from?: string } = {},
): Decision & { readonly trace: readonly TraceStep[] } {
  const { draw = 0, from = "shop/web-v1" } = options;
  const [namespace = "", name = ""] = from.split("/");
  const pod = mesh.get("Pod", namespace, name);
  const proxy = pod && proxyOf(pod);
  if (!proxy) throw new Error(`${from} has no proxy`);
  const trace: TraceStep[] = [];
  const decision = decide(
    mesh,
    { proxy, request: aRequest(request) },
    typeof draw === "number" ? sampling(() => draw) : draw,
    (step) => trace.push(step),
  );
  return { ...decision, trace };
}
