import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { attempt, run } from "./shell";
import { ADDRESSES, labelsOf, membersOf, podName, type Topology, type Workload } from "./topology";

/** Stands before every namespace that the lab makes, so that `down` knows its own. */
export const NETNS_PREFIX = "qd-";
const BRIDGE = "qdbr0";
const ENVOY_UID = "1337";

/** The bridge that all pods and the control plane share. Harmless when it is there already. */
export function makeBridge(): void {
  if (attempt("ip", ["link", "show", BRIDGE])) return;
  run("ip", ["link", "add", BRIDGE, "type", "bridge"]);
  run("ip", ["addr", "add", `${ADDRESSES.bridge}/16`, "dev", BRIDGE]);
  run("ip", ["link", "set", BRIDGE, "up"]);
}

/** Where a pod's network stands. */
export interface Host {
  readonly netns: string;
  readonly address: string;
}

/** A network namespace with one interface on the bridge and a hosts file with all services. */
export function makeHost(name: string, address: string, topology: Topology): Host {
  const netns = `${NETNS_PREFIX}${name}`;
  const link = `qd${address.split(".").slice(2).join("-")}`;
  run("ip", ["netns", "add", netns]);
  run("ip", ["link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", netns]);
  run("ip", ["link", "set", link, "master", BRIDGE, "up"]);
  for (const command of [
    ["link", "set", "lo", "up"],
    ["addr", "add", `${address}/16`, "dev", "eth0"],
    ["link", "set", "eth0", "up"],
    ["route", "add", "default", "via", ADDRESSES.bridge],
  ]) {
    run("ip", ["-n", netns, ...command]);
  }
  mkdirSync(`/etc/netns/${netns}`, { recursive: true });
  writeFileSync(`/etc/netns/${netns}/hosts`, hostsFile(topology));
  writeFileSync(`/etc/netns/${netns}/resolv.conf`, "nameserver 127.0.0.1\n");
  return { netns, address };
}

/** Short names resolve as in a cluster's DNS only inside their own namespace: the first wins. */
function hostsFile(topology: Topology): string {
  const services = topology.services.map(({ name, namespace }, index) => {
    const names = [
      name,
      `${name}.${namespace}`,
      `${name}.${namespace}.svc`,
      `${name}.${namespace}.svc.cluster.local`,
    ];
    return `${ADDRESSES.service(index)} ${names.join(" ")}`;
  });
  return [
    "127.0.0.1 localhost",
    `${ADDRESSES.bridge} istiod.istio-system.svc istiod.istio-system`,
    ...services,
    ...topology.externalHosts.map((host) => `${ADDRESSES.external} ${host}`),
    "",
  ].join("\n");
}

/**
 * What kube-proxy does on a node: connections to a service's address go to one of its pods. In a
 * pod with a sidecar only Envoy's own connections need it; all others go through Envoy.
 */
export function routeServices({ netns }: Host, topology: Topology, hasSidecar: boolean): void {
  const owner = hasSidecar ? ["-m", "owner", "--uid-owner", ENVOY_UID] : [];
  const rules: string[] = [];
  for (const [index, service] of topology.services.entries()) {
    const members = membersOf(topology, service);
    for (const { port, targetPort } of service.ports) {
      for (const [k, { index: pod }] of members.entries()) {
        const left = members.length - k;
        const chance =
          left > 1
            ? ["-m", "statistic", "--mode", "random", "--probability", (1 / left).toFixed(6)]
            : [];
        rules.push(
          [
            "-A",
            "OUTPUT",
            ...owner,
            "-p",
            "tcp",
            "-d",
            ADDRESSES.service(index),
            "--dport",
            port,
            ...chance,
            "-j",
            "DNAT",
            "--to-destination",
            `${ADDRESSES.pod(pod)}:${targetPort}`,
          ].join(" "),
        );
      }
    }
  }
  const input = `*nat\n${rules.join("\n")}\nCOMMIT\n`;
  run("ip", ["netns", "exec", netns, "iptables-restore", "--noflush"], { input });
}

/** The labels and annotations files that the agent reads, as the downward API writes them. */
export function podFiles(workload: Workload): { labels: string; annotations: string } {
  const lines = Object.entries(labelsOf(workload)).map(([key, value]) => `${key}="${value}"`);
  return { labels: `${lines.join("\n")}\n`, annotations: "" };
}

export const hostOf = (workload: Workload, index: number, topology: Topology): Host =>
  makeHost(podName(workload), ADDRESSES.pod(index), topology);

/** Removes every namespace, link, file and bridge of the lab, whatever state it was left in. */
export function removeNetwork(): void {
  const mine = (folder: string) => {
    try {
      return readdirSync(folder).filter((name) => name.startsWith(NETNS_PREFIX));
    } catch {
      return [];
    }
  };
  for (const netns of mine("/var/run/netns")) {
    // What lost its parent in a crash is in nobody's list any more, but still in its namespace.
    for (const pid of pidsIn(netns)) attempt("kill", ["-KILL", pid]);
    attempt("ip", ["netns", "del", netns]);
  }
  for (const netns of mine("/etc/netns"))
    rmSync(`/etc/netns/${netns}`, { recursive: true, force: true });
  attempt("ip", ["link", "del", BRIDGE]);
}

function pidsIn(netns: string): string[] {
  try {
    return run("ip", ["netns", "pids", netns]).split("\n").filter(Boolean);
  } catch {
    return []; // a name without a namespace: `down` removes it
  }
}
