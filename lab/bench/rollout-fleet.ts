import { stringify } from "yaml";
import { readSimulation, type Simulation } from "@/cli/rollout/simulation-file";

const NAMESPACE = "fleet";
/** Percent of each step: what every walk is held against. */
export const STEPS = [10, 25, 50, 100];

const service = (index: number): string => `service-${index}`;

function objectsOf(index: number): unknown[] {
  const name = service(index);
  const metadata = { name, namespace: NAMESPACE };
  const host = `${name}.${NAMESPACE}.svc.cluster.local`;
  const versions = ["v1", "v2"].map((subset) => `${name}-${subset}`);
  return [
    {
      kind: "VirtualService",
      metadata,
      spec: {
        hosts: [host],
        http: [
          {
            name: "primary",
            route: versions.map((subset, i) => ({
              destination: { host, subset },
              weight: i === 0 ? 100 : 0,
            })),
          },
        ],
      },
    },
    {
      kind: "DestinationRule",
      metadata,
      spec: {
        host,
        subsets: versions.map((subset) => ({ name: subset, labels: { version: subset } })),
      },
    },
    { kind: "Service", metadata, spec: { selector: { app: name }, ports: [{ port: 80 }] } },
    ...versions.map((version) => ({
      kind: "Pod",
      metadata: { name: version, namespace: NAMESPACE, labels: { app: name, version } },
    })),
  ];
}

const rolloutOf = (index: number, spec: object) => ({
  apiVersion: "quarterdeck.dev/v1alpha1",
  kind: "CanaryRollout",
  metadata: { name: service(index), namespace: NAMESPACE },
  spec: {
    target: { virtualService: service(index), host: service(index) },
    stable: { subset: `${service(index)}-v1` },
    canary: { subset: `${service(index)}-v2` },
    steps: STEPS,
    ...spec,
  },
});

/** A simulation of so many rollouts at once, each of a service of its own. */
export function fleet(
  size: number,
  {
    spec,
    ...more
  }: { readonly spec: (index: number) => object } & Readonly<Record<string, unknown>>,
): Simulation {
  const indexes = Array.from({ length: size }, (_, index) => index);
  const text = stringify(
    {
      rollouts: indexes.map((index) => rolloutOf(index, spec(index))),
      objects: indexes.flatMap(objectsOf),
      ...more,
    },
    { aliasDuplicateObjects: false },
  );
  return readSimulation({ file: "fleet.yaml", text });
}

/** The event of a user who adds a route of his own to an object, and its name. */
export function userEdit(
  at: number,
  index: number,
): { readonly name: string; readonly event: object } {
  const name = `edit-${index}-${at}`;
  const route = {
    name,
    match: [{ uri: { prefix: `/${name}` } }],
    timeout: "3s",
    route: [{ destination: { host: `${service(index)}.${NAMESPACE}.svc.cluster.local` } }],
  };
  const json = [{ op: "add", path: "/spec/http/0", value: route }];
  const patch = { kind: "VirtualService", name: service(index), namespace: NAMESPACE, json };
  return { name, event: { at, patch } };
}
