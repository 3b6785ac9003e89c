import { isAmbientNamespace, waypointOf } from "@/lib/istio/ambient";
import { ambientHosts, needsHttp } from "../facts/ambient";
import { namespaceLabels } from "../facts/namespaces";
import { defineRule, type Rule } from "../rule";

/** What tells the rules of one family apart. */
interface HostRule extends Pick<Rule, "id" | "code"> {
  readonly kind: "VirtualService" | "DestinationRule";
}

const FOR_REQUESTS =
  "In ambient the node proxy forwards connections and reads no requests; what is about requests needs a waypoint, and only traffic for what carries the label istio.io/use-waypoint goes through one.";

/** A Namespace in ambient. @param waypoint of all that is in it */
const namespace = (name: string, waypoint?: string): string => `
apiVersion: v1
kind: Namespace
metadata: { name: ${name}, labels: { istio.io/dataplane-mode: ambient${waypoint ? `, istio.io/use-waypoint: ${waypoint}` : ""} } }`;

const service = (home: string, waypoint?: string): string => `
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: ${home}${waypoint ? `, labels: { istio.io/use-waypoint: ${waypoint} }` : ""} }
spec: { ports: [{ port: 9080 }] }`;

/** An object about requests to a host. @param ref its name and namespace */
const configuration = (kind: HostRule["kind"], ref: string, host: string): string => `
---
apiVersion: networking.istio.io/v1
kind: ${kind}
metadata: { ${ref} }
spec: { ${
  kind === "VirtualService"
    ? `hosts: [${host}], http: [{ route: [{ destination: { host: reviews } }] }]`
    : `host: ${host}, trafficPolicy: { outlierDetection: { consecutive5xxErrors: 5 } }`
} }`;

/** Configuration in ambient for hosts that are no Services, in a namespace without a waypoint. */
export const hostsWithoutWaypoint = ({ id, code, kind }: HostRule): Rule =>
  defineRule({
    id,
    code,
    aliases: [],
    level: "Warning",
    kinds: [kind],
    reads: ["Namespace", "Service"],
    title: `A ${kind} in ambient is about requests, and its namespace has no waypoint`,
    why: FOR_REQUESTS,
    fix: "Deploy a waypoint and label the namespace with istio.io/use-waypoint.",
    examples: {
      bad: `${namespace("shop")}${configuration(kind, "name: partner, namespace: shop", "api.example.com")}`,
      good: `${namespace("shop", "waypoint")}${configuration(kind, "name: partner, namespace: shop", "api.example.com")}
---${namespace("edge")}${service("edge", "waypoint")}${configuration(kind, "name: reviews, namespace: edge", "reviews")}`,
    },

    *check(subject, mesh) {
      const why = needsHttp(subject);
      const { namespace: name } = subject;
      const labels = namespaceLabels(mesh, name);
      if (why === undefined || !isAmbientNamespace(labels) || waypointOf({}, { name, labels }))
        return;
      // Hosts that are Services of ambient are other rules'.
      if (ambientHosts(subject, mesh).length > 0) return;
      yield {
        path: ["spec", kind === "VirtualService" ? "hosts" : "host"],
        message: `No waypoint serves the namespace ${name}, so this ${kind} has no effect: ${why}.`,
      };
    },
  });

/** Configuration for a Service in ambient that no waypoint serves. */
export const serviceWithoutWaypoint = ({ id, code, kind }: HostRule): Rule =>
  defineRule({
    id,
    code,
    aliases: [],
    level: "Warning",
    kinds: [kind],
    reads: ["Namespace", "Service"],
    title: `A ${kind} is for a Service in ambient that no waypoint serves`,
    why: FOR_REQUESTS,
    fix: "Deploy a waypoint and label the Service or its namespace with istio.io/use-waypoint.",
    examples: {
      bad: `${namespace("shop")}${service("shop")}${configuration(kind, "name: reviews, namespace: shop", "reviews")}`,
      good: `${namespace("shop")}${service("shop", "waypoint")}${configuration(kind, "name: reviews, namespace: shop", "reviews")}`,
    },

    *check(subject, mesh) {
      const why = needsHttp(subject);
      if (why === undefined) return;
      for (const { field, name, namespace, served } of ambientHosts(subject, mesh)) {
        if (served) continue;
        yield {
          path: field.path,
          message: `No waypoint serves ${namespace}/${name}, so this ${kind} has no effect on it: ${why}.`,
          related: [
            { kind: "Service", namespace, name, message: "Is asked for without a waypoint." },
          ],
        };
      }
    },
  });

/** Configuration for a Service in ambient of another namespace, whose waypoint does not take it. */
export const outsideServiceNamespace = ({ id, code, kind }: HostRule): Rule =>
  defineRule({
    id,
    code,
    aliases: [],
    level: "Warning",
    kinds: [kind],
    reads: ["Namespace", "Service"],
    title: `A ${kind} is for a Service in ambient of another namespace`,
    why: "A waypoint works for the owner of the service: it takes the configuration of its own namespace, and none that clients bring. The object has no effect on the Service.",
    fix: "Move the object to the namespace of the Service.",
    examples: {
      bad: `${namespace("shop", "waypoint")}${service("shop")}${configuration(kind, "name: reviews, namespace: web", "reviews.shop.svc.cluster.local")}`,
      good: `${namespace("shop", "waypoint")}${service("shop")}${configuration(kind, "name: reviews, namespace: shop", "reviews.shop.svc.cluster.local")}`,
    },

    *check(subject, mesh) {
      if (needsHttp(subject) === undefined) return;
      for (const { field, name, namespace } of ambientHosts(subject, mesh)) {
        if (namespace === subject.namespace) continue;
        yield {
          path: field.path,
          message: `${name} is a Service of ${namespace}, whose waypoint takes configuration of ${namespace} only; this ${kind} has no effect on it.`,
          related: [
            {
              kind: "Service",
              namespace,
              name,
              message: "Is served by a waypoint of its own namespace.",
            },
          ],
        };
      }
    },
  });
