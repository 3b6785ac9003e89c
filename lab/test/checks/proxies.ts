import { runningLab } from "../../running-lab";
import { eventually, found, inSeconds, must, mustEqual, type Bench, type Check } from "../check";
import { commandLine, inTheLab, istioctl, kubectl } from "../programs";
import { proxyList } from "../proxy-list";

/** What the product says and does of the proxies themselves, held against istioctl. */
export const proxyConfigChecks: readonly Check[] = [
  { title: "proxy-config prints istioctl's tables of every proxy", run: tables },
  { title: "a stalled proxy is told with the right sentence, and goes on", run: stalled },
  { title: "log levels of a proxy and of istiod are set, and go back", run: logLevels },
];

/** istioctl's word for a table, and ours. */
const KINDS = ["listeners", "routes", "clusters", "endpoints", "secret"] as const;

const linesOf = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.replace(/\s+/g, " ").trim())
    .filter(Boolean);

async function tables({ product }: Bench): Promise<string> {
  const { rows } = await proxyList(product);
  const { KUBECONFIG: kubeconfig = "" } = inTheLab();
  let lines = 0;
  for (const { id } of rows) {
    for (const kind of KINDS) {
      const theirs = linesOf(await istioctl("proxy-config", kind, id));
      mustEqual(
        linesOf(await commandLine("proxy-config", kind, id, "--kubeconfig", kubeconfig)),
        theirs,
        `${kind} of ${id}`,
      );
      lines += theirs.length;
    }
  }
  return `${rows.length * KINDS.length} tables, ${lines} lines`;
}

const RATINGS = { namespace: "bookinfo", name: "ratings-v1-lab" } as const;

async function stalled({ product }: Bench): Promise<string> {
  const running = runningLab(process.env);
  const annotate = (value: string) =>
    kubectl("annotate", "service", "reviews", "-n", "bookinfo", "--overwrite", `touched=${value}`);
  running.freezeProxy("ratings-v1", true);
  try {
    // Whatever istiod pushes now is not answered.
    await kubectl("label", "service", "reviews", "-n", "bookinfo", "--overwrite", "pushed=once");
    await annotate("once");
    const { value, seconds } = await eventually("the silence", async () => {
      const { row } = await product.proxies.detail.query(RATINGS);
      return row.state === "late" || row.state === "disconnected" ? row : undefined;
    });
    must(/^No answer to |not connected/i.test(value.cause), value.cause);
    running.freezeProxy("ratings-v1", false);
    const back = await eventually(
      "the proxy in order",
      async () => (await product.proxies.detail.query(RATINGS)).row.state === "synced",
      60,
    );
    return `“${value.cause}” after ${inSeconds(seconds)}, synced again after ${inSeconds(back.seconds)}`;
  } finally {
    running.freezeProxy("ratings-v1", false);
    await kubectl("label", "service", "reviews", "-n", "bookinfo", "pushed-");
    await kubectl("annotate", "service", "reviews", "-n", "bookinfo", "touched-");
  }
}

const FOR_SECONDS = 5;

async function logLevels({ product }: Bench): Promise<string> {
  const [istiod] = await product.controlPlane.istiods.query();
  const { name, namespace } = found(istiod, "istiod");
  const targets = [
    { target: { program: "envoy", ...RATINGS } as const, logger: "rbac" },
    { target: { program: "istiod", namespace, name } as const, logger: "ads" },
  ];
  const told: string[] = [];
  for (const { target, logger } of targets) {
    const levelOf = async () => {
      const { levels } = await product.logLevels.read.query(target);
      return found(
        levels.find((each) => each.name === logger),
        logger,
      ).level;
    };
    const before = await levelOf();
    await product.logLevels.set.mutate({
      ...target,
      levels: { [logger]: "debug" },
      seconds: FOR_SECONDS,
    });
    if (target.program === "envoy") {
      const text = await istioctl("proxy-config", "log", `${target.name}.${target.namespace}`);
      must(new RegExp(`${logger}: debug`).test(text), text.slice(0, 400));
    }
    await eventually(`${logger} at debug`, async () => (await levelOf()) === "debug");
    const { seconds } = await eventually(
      `${logger} back at ${before}`,
      async () => (await levelOf()) === before,
    );
    told.push(
      `${logger} of ${target.program} ${before} → debug → ${before} in ${inSeconds(seconds)}`,
    );
  }
  return told.join("; ");
}
