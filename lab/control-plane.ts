import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { customResourceDefinitions } from "@/lib/istio/schemas/custom-resource-definitions";
import type { Environment } from "./environment";
import { ADMIN_TOKEN, API_PORT, ApiClient } from "./api-client";
import { approved, istiodObjects, webhook } from "./control-plane-objects";
import { ETCD_PORT, ISTIOD, ISTIOD_POD, KUBELET_PORT } from "./control-plane-ports";
import { type Folders, kubeconfigPath } from "./folders";
import { LabError } from "./lab-error";
import { NETNS_PREFIX } from "./network";
import { listens, start, until } from "./processes";
import { attempt, run } from "./shell";
import { ADDRESSES } from "./topology";
import { EXPORTER_PORT } from "./telemetry/exporter";
import { PROMETHEUS_PORT } from "./telemetry/start-prometheus";

/** The fields of an access log line, from which the exporter counts Istio's metrics. */
const ACCESS_LOG = {
  start_time: "%START_TIME%",
  method: "%REQ(:METHOD)%",
  path: "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%",
  protocol: "%PROTOCOL%",
  response_code: "%RESPONSE_CODE%",
  response_flags: "%RESPONSE_FLAGS%",
  response_code_details: "%RESPONSE_CODE_DETAILS%",
  grpc_status: "%GRPC_STATUS_NUMBER%",
  bytes_received: "%BYTES_RECEIVED%",
  bytes_sent: "%BYTES_SENT%",
  duration: "%DURATION%",
  authority: "%REQ(:AUTHORITY)%",
  route_name: "%ROUTE_NAME%",
  upstream_host: "%UPSTREAM_HOST%",
  upstream_cluster: "%UPSTREAM_CLUSTER_RAW%",
  downstream_remote: "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%",
  downstream_local: "%DOWNSTREAM_LOCAL_ADDRESS%",
  downstream_principal: "%DOWNSTREAM_PEER_URI_SAN%",
  upstream_principal: "%UPSTREAM_PEER_URI_SAN%",
  request_id: "%REQ(X-REQUEST-ID)%",
};

const PORTS = [
  ETCD_PORT,
  API_PORT,
  KUBELET_PORT,
  ...Object.values(ISTIOD),
  EXPORTER_PORT,
  PROMETHEUS_PORT,
];

/** @throws LabError naming the port when another program has one that the lab needs. */
export async function requirePorts(): Promise<void> {
  for (const port of PORTS) {
    if (await listens(port)) {
      throw new LabError(
        `port ${port} is taken by another program: stop it (ss -ltnp "sport = :${port}")`,
      );
    }
  }
}

/** Starts etcd, kube-apiserver, istiod with its webhook, and the kubelet; returns an API client. */
export async function startControlPlane(
  folders: Folders,
  env: Environment,
  say: (line: string) => void,
): Promise<ApiClient> {
  say("starting etcd and kube-apiserver");
  startApiServer(folders);
  await until("kube-apiserver", () =>
    attempt("curl", ["-ksf", `https://127.0.0.1:${API_PORT}/readyz`]),
  );
  writeKubeconfig(folders);
  const api = new ApiClient(folders);
  await api.applyAll(customResourceDefinitions().map(approved));
  await api.applyAll(istiodObjects());
  say("starting istiod");
  startIstiod(folders, env);
  await until("istiod", () => attempt("curl", ["-sf", `http://127.0.0.1:${ISTIOD.http}/ready`]));
  await api.apply(webhook());
  start(folders, {
    name: "kubelet",
    program: join(folders.bin, "kubelet"),
    args: [
      `-addr=127.0.0.1:${KUBELET_PORT}`,
      `-logs=${folders.logs}`,
      `-netns-prefix=${NETNS_PREFIX}`,
      `-host-pods=${ISTIOD_POD}=8080:${ISTIOD.http},15014:${ISTIOD.monitoring},9876:${ISTIOD.controlz}`,
    ],
  });
  await until("the kubelet", () => listens(KUBELET_PORT));
  return api;
}

function startApiServer(folders: Folders): void {
  const { run: folder, bin } = folders;
  const key = join(folder, "service-account.key");
  const publicKey = join(folder, "service-account.pub");
  if (!existsSync(publicKey)) {
    run("openssl", ["genrsa", "-out", key, "2048"]);
    run("openssl", ["rsa", "-in", key, "-pubout", "-out", publicKey]);
  }
  const tokens = join(folder, "tokens.csv");
  writeFileSync(tokens, `${ADMIN_TOKEN},admin,admin,"system:masters"\n`, { mode: 0o600 });
  start(folders, {
    name: "etcd",
    program: join(bin, "etcd"),
    args: [
      `--data-dir=${join(folder, "etcd")}`,
      `--listen-client-urls=http://127.0.0.1:${ETCD_PORT}`,
      `--advertise-client-urls=http://127.0.0.1:${ETCD_PORT}`,
      `--listen-peer-urls=http://127.0.0.1:${ETCD_PORT + 1}`,
      "--unsafe-no-fsync",
    ],
  });
  start(folders, {
    name: "kube-apiserver",
    program: join(bin, "kube-apiserver"),
    args: [
      `--etcd-servers=http://127.0.0.1:${ETCD_PORT}`,
      `--cert-dir=${join(folder, "certificates")}`,
      `--secure-port=${API_PORT}`,
      "--bind-address=127.0.0.1",
      // Else it looks for a default route, which a machine without a network lacks.
      `--advertise-address=${ADDRESSES.bridge}`,
      `--token-auth-file=${tokens}`,
      "--authorization-mode=RBAC",
      `--service-account-key-file=${publicKey}`,
      `--service-account-signing-key-file=${key}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      "--service-cluster-ip-range=10.96.0.0/16",
      "--disable-admission-plugins=ServiceAccount",
      "--allow-privileged=true",
    ],
  });
}

function writeKubeconfig(folders: Folders): void {
  const authority = readFileSync(join(folders.run, "certificates", "apiserver.crt")).toString(
    "base64",
  );
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "lab",
        cluster: {
          server: `https://127.0.0.1:${API_PORT}`,
          "certificate-authority-data": authority,
        },
      },
    ],
    users: [{ name: "admin", user: { token: ADMIN_TOKEN } }],
    contexts: [{ name: "lab", context: { cluster: "lab", user: "admin" } }],
    "current-context": "lab",
  };
  writeFileSync(kubeconfigPath(folders), `${JSON.stringify(config, null, 2)}\n`);
  chmodSync(kubeconfigPath(folders), 0o600);
}

function startIstiod(folders: Folders, env: Environment): void {
  const folder = join(folders.run, "istiod");
  mkdirSync(folder, { recursive: true });
  const mesh = {
    accessLogFile: "/dev/stdout",
    accessLogEncoding: "JSON",
    accessLogFormat: JSON.stringify(ACCESS_LOG),
    rootNamespace: "istio-system",
    defaultConfig: { discoveryAddress: "istiod.istio-system.svc:15012" },
  };
  writeFileSync(join(folder, "mesh.yaml"), JSON.stringify(mesh));
  start(folders, {
    name: "istiod",
    log: join(folders.logs, `istio-system_${ISTIOD_POD}_discovery.log`),
    program: join(folders.bin, "pilot-discovery"),
    cwd: folder,
    args: [
      "discovery",
      `--kubeconfig=${kubeconfigPath(folders)}`,
      "--meshConfig=mesh.yaml",
      `--httpAddr=:${ISTIOD.http}`,
      `--grpcAddr=:${ISTIOD.grpc}`,
      `--secureGRPCAddr=:${ISTIOD.xds}`,
      `--httpsAddr=:${ISTIOD.webhook}`,
      `--monitoringAddr=:${ISTIOD.monitoring}`,
      `--ctrlz_port=${ISTIOD.controlz}`,
    ],
    env: {
      PATH: env.PATH,
      HOME: env.HOME,
      POD_NAMESPACE: "istio-system",
      POD_NAME: ISTIOD_POD,
      REVISION: "default",
      CLUSTER_ID: "Kubernetes",
      ENABLE_CA_SERVER: "true",
      PILOT_CERT_PROVIDER: "istiod",
      INJECT_ENABLED: "false",
      VALIDATION_WEBHOOK_CONFIG_NAME: "istio-validator-istio-system",
      INJECTION_WEBHOOK_CONFIG_NAME: "",
      ENABLE_LEADER_ELECTION: "false",
      PILOT_ENABLE_GATEWAY_API_DEPLOYMENT_CONTROLLER: "false",
      ENABLE_DEBUG_ENDPOINT_AUTH: "false",
      // Plain Envoy lacks Istio's own filters.
      PILOT_ENABLE_METADATA_EXCHANGE: "false",
      PILOT_ENABLE_ALPN_FILTER: "false",
      PILOT_DISABLE_MX_ALPN: "true",
      K8S_INGRESS_NS: "istio-system",
      ISTIOD_CUSTOM_HOST: "localhost",
    },
  });
}
