import type { Bench } from "./behaviour";
import type { Json } from "./api-connection";

export const configMap = (name: string, data: Json = { key: "value" }, more: Json = {}): Json => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...more },
  data,
});

export const virtualService = (name: string, more: Json = {}): Json => ({
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: { name },
  spec: {
    hosts: ["reviews"],
    http: [
      {
        name: "primary",
        route: [
          { destination: { host: "reviews", subset: "v1" }, weight: 90 },
          { destination: { host: "reviews", subset: "v2" }, weight: 10 },
        ],
      },
    ],
    ...more,
  },
});

export const deployment = (name: string): Json => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [
          { name: "app", image: "app:1", ports: [{ containerPort: 80 }] },
          { name: "helper", image: "helper:1" },
        ],
      },
    },
  },
});

/** Creates an object in the bench's namespace and returns it as stored. @throws when it is refused */
export async function created(bench: Bench, resource: string, object: Json): Promise<Json> {
  const answer = await bench.api.post(bench.path(resource), object);
  if (answer.status !== 201)
    throw new Error(`create ${resource}: ${answer.status} ${answer.text.slice(0, 300)}`);
  return answer.json;
}

export const VS = "networking.istio.io/v1/virtualservices";
