import { refusedListener, UNWRITABLE } from "../../refused-listener";
import { eventually, found, inSeconds, must, type Bench, type Check } from "../check";
import { kubectl, labDoes } from "../programs";

/** Proxies that refuse or vanish, as the Proxies page tells it. */
export const proxyChecks: readonly Check[] = [
  { title: "a listener that Envoy refuses is shown with Envoy's text, and mended", run: refusal },
  { title: "a proxy that is killed is shown as lost, and back when it is started", run: killed },
];

const FILTER = { kind: "EnvoyFilter", namespace: "bookinfo", name: "unwritable-log" } as const;
const ENVOY_FILTER = JSON.stringify(
  refusedListener(FILTER.name, FILTER.namespace, { app: "ratings" }),
);
const RATINGS = { namespace: "bookinfo", name: "ratings-v1-lab" };

const rowOf = async ({ product }: Bench, proxy: typeof RATINGS) =>
  (await product.proxies.detail.query(proxy)).row;

async function refusal(bench: Bench): Promise<string> {
  const { product } = bench;
  const written = await product.config.write.mutate({
    text: ENVOY_FILTER,
    target: null,
    namespace: FILTER.namespace,
    resourceVersion: null,
  });
  must(written.type === "applied", JSON.stringify(written));
  try {
    const { value, seconds } = await eventually("the refusal", async () => {
      const row = await rowOf(bench, RATINGS);
      return row.state === "synced" ? undefined : row.state === "pending" ? undefined : row;
    });
    must(
      value.state === "refused" && value.types?.LDS === "refused",
      JSON.stringify([value.state, value.cause, value.evidence]),
    );
    const text = found(value.error, "text of Envoy");
    must(text.includes(UNWRITABLE), text);
    const incidents = await eventually("the incident on the overview", async () =>
      (await product.overview.incidents.query({ namespaces: [] })).incidents.find(({ title }) =>
        /refuse|proxy/i.test(title),
      ),
    );
    const mended = await mend(bench);
    return `${value.cause} after ${inSeconds(seconds)}: “${text}”; overview: “${incidents.value.title}”; mended in ${inSeconds(mended)}`;
  } finally {
    await kubectl(
      "delete",
      "envoyfilter",
      FILTER.name,
      "-n",
      FILTER.namespace,
      "--ignore-not-found",
    );
  }
}

async function mend(bench: Bench): Promise<number> {
  const { resourceVersion } = found(await bench.product.config.live.query(FILTER), "EnvoyFilter");
  await bench.product.config.remove.mutate({ ref: FILTER, resourceVersion });
  const { seconds } = await eventually("the proxy in order", async () => {
    const row = await rowOf(bench, RATINGS);
    return row.state === "synced";
  });
  return seconds;
}

async function killed(bench: Bench): Promise<string> {
  await labDoes("kill", "proxy-ratings-v1-lab");
  const lost = await eventually("the loss of the proxy", async () => {
    const row = await rowOf(bench, RATINGS);
    return row.state === "disconnected" ? row : undefined;
  });
  await labDoes("restart", "proxy-ratings-v1-lab");
  const back = await eventually(
    "the proxy's return",
    async () => (await rowOf(bench, RATINGS)).state === "synced",
    60,
  );
  return `“${lost.value.cause}” after ${inSeconds(lost.seconds)}, synced ${inSeconds(back.seconds)} after its start`;
}
