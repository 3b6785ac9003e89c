import { parseAccessLog } from "../../telemetry/access-log";
import { eventually, must, type Bench, type Check } from "../check";
import { kubectl } from "../programs";

/** Logs of pods, through the real API server and the kubelet. */
export const logChecks: readonly Check[] = [
  { title: "logs of a proxy and of istiod are those of kubectl logs", run: logs },
];

const PROXY = { namespace: "bookinfo", name: "productpage-v1-lab" };

async function logs({ product }: Bench): Promise<string> {
  const { value: requests } = await eventually("requests in the proxy's log", async () => {
    const { lines } = await product.proxies.log.query({ ...PROXY, tailLines: 200 });
    must(lines.length <= 200, `${lines.length} lines`);
    const found = lines.filter((line) => parseAccessLog(line)?.upstream_cluster);
    return found.length > 50 && found;
  });
  // The log grows meanwhile: what was its last line is among kubectl's.
  const theirs = await kubectl(
    "logs",
    "-n",
    PROXY.namespace,
    PROXY.name,
    "-c",
    "istio-proxy",
    "--tail=2000",
  );
  const last = requests.at(-1) ?? "";
  must(theirs.includes(last), `kubectl logs has no ${last}`);
  const { pods } = await product.overview.controlPlane.query();
  const istiod = { namespace: "istio-system", name: pods[0]?.name ?? "" };
  const { lines } = await product.proxies.log.query({ ...istiod, container: "discovery" });
  must(
    lines.some((line) => /ads|push/i.test(line)),
    `istiod says ${lines.at(-1) ?? "nothing"}`,
  );
  return `${requests.length} requests in 200 lines of ${PROXY.name}, ${lines.length} lines of ${istiod.name}`;
}
