import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { KubeObject } from "@/lib/k8s/object";
import type { Environment } from "./environment";
import type { ApiClient } from "./api-client";
import { behaviourFile } from "./behave";
import { envoyPath } from "./build";
import type { Folders } from "./folders";
import { type Host, hostOf, makeHost, podFiles, routeServices } from "./network";
import { clusterObjects, podObjects, serviceAccountOf } from "./pod-objects";
import { start } from "./processes";
import { run } from "./shell";
import { ADDRESSES, podName, type Topology, type Workload } from "./topology";

/** The release that the pinned commit of Istio becomes. */
const ISTIO_VERSION = "1.32.0";
const ENVOY_UID = 1337;
const APP_UID = 1000;
const Named = z.looseObject({ metadata: z.looseObject({ uid: z.string() }) });
const Token = z.looseObject({ status: z.looseObject({ token: z.string() }) });
const RootCertificate = z.looseObject({ data: z.looseObject({ "root-cert.pem": z.string() }) });

/** What starting a pod needs. */
export interface PodStart {
  readonly folders: Folders;
  readonly api: ApiClient;
  readonly topology: Topology;
  readonly env: Environment;
  /** Istio's bootstrap template for Envoy, from the module that the agent was built from. */
  readonly bootstrap: string;
}

/** Writes the objects of a topology and starts its pods, proxies and load. */
export async function startPods(options: PodStart, say: (line: string) => void): Promise<void> {
  const { api, folders, topology } = options;
  await api.applyAll(clusterObjects(topology));
  for (const [index, workload] of topology.workloads.entries()) {
    say(`starting ${podName(workload)} (${index + 1} of ${topology.workloads.length})`);
    await applyPod(api, workload, index);
    const host = hostOf(workload, index, topology);
    routeServices(host, topology, workload.proxy !== "none");
    if (workload.proxy !== "router") startApp(options, workload, host);
    if (workload.proxy !== "none") await startProxy(options, workload, host);
  }
  startOutside(options);
  for (const load of topology.load) {
    const pod = load.from === "outside" ? "outside" : `${load.from}-lab`;
    const host = load.host ? [`-host=${load.host}`] : [];
    inPod(folders, {
      name: `load-${load.name}`,
      netns: `qd-${pod}`,
      uid: APP_UID,
      command: [join(folders.bin, "load"), `-url=${load.url}`, `-rate=${load.rate}`, ...host],
    });
  }
}

async function applyPod(api: ApiClient, workload: Workload, index: number): Promise<void> {
  const { namespace, name } = workload;
  const path = `/apis/apps/v1/namespaces/${namespace}`;
  const deployment = Named.parse(await api.send("GET", `${path}/deployments/${name}`));
  const objects = podObjects(workload, index, deployment.metadata.uid);
  await api.apply(objects.replicaSet);
  const replicaSet = Named.parse(await api.send("GET", `${path}/replicasets/${podName(workload)}`));
  const pod: KubeObject = objects.pod(replicaSet.metadata.uid);
  await api.apply(pod);
}

function startApp({ folders }: PodStart, workload: Workload, host: Host): void {
  const pod = podName(workload);
  const file = behaviourFile(folders, pod);
  mkdirSync(join(folders.run, "behaviour"), { recursive: true });
  writeFileSync(file, "{}\n");
  inPod(folders, {
    name: `${workload.namespace}_${pod}_app`,
    netns: host.netns,
    uid: APP_UID,
    command: [
      join(folders.bin, "app"),
      `-pod=${pod}`,
      `-namespace=${workload.namespace}`,
      `-version=${workload.version}`,
      `-behaviour=${file}`,
      `-calls=${workload.calls.join(",")}`,
      `-http=${workload.http.join(",")}`,
      `-tcp=${workload.tcp.join(",")}`,
    ],
  });
}

function startOutside({ folders, topology }: PodStart): void {
  const external = makeHost("external", ADDRESSES.external, topology);
  makeHost("outside", ADDRESSES.outside, topology);
  routeServices({ netns: "qd-outside", address: ADDRESSES.outside }, topology, false);
  inPod(folders, {
    name: "external",
    netns: external.netns,
    command: [join(folders.bin, "app"), "-pod=external", "-version=external", "-http=80"],
  });
}

async function startProxy(
  { folders, api, env, bootstrap }: PodStart,
  workload: Workload,
  host: Host,
): Promise<void> {
  const { namespace } = workload;
  const pod = podName(workload);
  const account = serviceAccountOf(workload);
  const folder = join(folders.run, "proxies", pod);
  for (const part of [
    "var/run/secrets/tokens",
    "var/run/secrets/istio",
    "etc/istio/pod",
    "etc/istio/proxy",
  ]) {
    mkdirSync(join(folder, part), { recursive: true });
  }
  const token = Token.parse(
    await api.send("POST", `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`, {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { audiences: ["istio-ca"], expirationSeconds: 86_400 },
    }),
  );
  const root = RootCertificate.parse(
    await api.send("GET", "/api/v1/namespaces/istio-system/configmaps/istio-ca-root-cert"),
  );
  const files = podFiles(workload);
  writeFileSync(join(folder, "var/run/secrets/tokens/istio-token"), token.status.token);
  writeFileSync(join(folder, "var/run/secrets/istio/root-cert.pem"), root.data["root-cert.pem"]);
  writeFileSync(join(folder, "etc/istio/pod/labels"), files.labels);
  writeFileSync(join(folder, "etc/istio/pod/annotations"), files.annotations);
  if (workload.proxy === "sidecar") intercept(folders, host);

  const log = join(folders.logs, `${namespace}_${pod}_istio-proxy.log`);
  writeFileSync(log, "", { flag: "a" });
  run("chown", ["-R", `${ENVOY_UID}:${ENVOY_UID}`, folder, log]);
  const kind = workload.proxy === "router" ? "router" : "sidecar";
  inPod(folders, {
    name: `proxy-${pod}`,
    log,
    netns: host.netns,
    uid: ENVOY_UID,
    cwd: folder,
    env: proxyEnvironment({ folders, workload, host, env, bootstrap }),
    command: [
      join(folders.bin, "pilot-agent"),
      "proxy",
      kind,
      `--domain=${namespace}.svc.cluster.local`,
      "--proxyLogLevel=warning",
      "--concurrency=1",
    ],
  });
}

/** All connections of the pod go through its Envoy, as the init container arranges it. */
function intercept({ bin }: Folders, { netns }: Host): void {
  const rules = [
    "-p",
    "15001",
    "-z",
    "15006",
    "-u",
    "1337",
    "-m",
    "REDIRECT",
    "-i",
    "*",
    "-x",
    "",
    "-b",
    "*",
    "-d",
    "15090,15020,15021",
  ];
  run("ip", ["netns", "exec", netns, join(bin, "pilot-agent"), "istio-iptables", ...rules]);
}

function proxyEnvironment(of: {
  folders: Folders;
  workload: Workload;
  host: Host;
  env: Environment;
  bootstrap: string;
}): Environment {
  const { folders, workload, host, env, bootstrap } = of;
  const { name, namespace } = workload;
  return {
    PATH: env.PATH,
    PROXY_CONFIG: JSON.stringify({
      discoveryAddress: "istiod.istio-system.svc:15012",
      binaryPath: envoyPath(folders),
      configPath: "./etc/istio/proxy",
      proxyBootstrapTemplatePath: bootstrap,
      concurrency: 1,
      drainDuration: "1s",
    }),
    POD_NAME: podName(workload),
    POD_NAMESPACE: namespace,
    INSTANCE_IP: host.address,
    SERVICE_ACCOUNT: serviceAccountOf(workload),
    HOST_IP: ADDRESSES.bridge,
    TRUST_DOMAIN: "cluster.local",
    PILOT_CERT_PROVIDER: "istiod",
    CA_ADDR: "istiod.istio-system.svc:15012",
    ISTIO_META_CLUSTER_ID: "Kubernetes",
    ISTIO_META_NODE_NAME: "node-1",
    ISTIO_META_INTERCEPTION_MODE: "REDIRECT",
    ISTIO_META_WORKLOAD_NAME: name,
    ISTIO_META_OWNER: `kubernetes://apis/apps/v1/namespaces/${namespace}/deployments/${name}`,
    ISTIO_META_MESH_ID: "cluster.local",
    // Else it is that of the build, which knows none.
    ISTIO_META_ISTIO_VERSION: ISTIO_VERSION,
    ISTIO_META_APP_CONTAINERS: "app",
  };
}

function inPod(
  folders: Folders,
  daemon: {
    name: string;
    netns: string;
    command: readonly string[];
    uid?: number;
    log?: string;
    cwd?: string;
    env?: Environment;
  },
): void {
  const { name, netns, command, uid, ...rest } = daemon;
  const as =
    uid === undefined ? [] : ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"];
  start(folders, {
    name,
    program: "ip",
    args: ["netns", "exec", netns, ...as, ...command],
    ...rest,
  });
}
