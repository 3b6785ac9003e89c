import { nodeIdOf } from "@/lib/graph/mesh-graph";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { labFolders } from "../../folders";
import { attempt } from "../../shell";
import { eventually, found, inSeconds, must, type Bench, type Check } from "../check";
import type { Client } from "../client";
import { kubectl } from "../programs";

/** Policies written through the product, as the load and the graph see them. */
export const policyChecks: readonly Check[] = [
  { title: "an AuthorizationPolicy DENY is seen in traffic and graph", run: deny },
  { title: "PeerAuthentication decides who gets in, and the graph's mutual TLS", run: mutualTls },
];

async function create(product: Client, text: string, namespace: string): Promise<void> {
  const draft = { text, target: null, namespace, resourceVersion: null };
  const written = await product.config.write.mutate(draft);
  must(written.type === "applied", JSON.stringify(written));
}

type Ref = Parameters<Client["config"]["live"]["query"]>[0];
async function remove(product: Client, ref: Ref): Promise<void> {
  const { resourceVersion } = found(await product.config.live.query(ref), ref.name);
  await product.config.remove.mutate({ ref, resourceVersion });
}

/** What a load saw in its last whole second, by status. */
function lastSecond(load: string): Readonly<Record<string, number>> {
  const text = readFileSync(join(labFolders(process.env).logs, `load-${load}.log`), "utf8");
  const line = text.trim().split("\n").at(-1) ?? "{}";
  return JSON.parse(line) as Record<string, number>;
}

const seesOnly = (load: string, status: number) => () => {
  const seen = lastSecond(load);
  return Promise.resolve(Object.keys(seen).join() === String(status) ? seen : undefined);
};

const DENY = { kind: "AuthorizationPolicy", namespace: "bank", name: "no-tellers" } as const;
const DENY_TEXT = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: ${DENY.name}
  namespace: ${DENY.namespace}
spec:
  action: DENY
  selector:
    matchLabels:
      app: payments
  rules:
  - from:
    - source:
        principals:
        - cluster.local/ns/bank/sa/teller
    to:
    - operation:
        methods:
        - GET
`;

async function deny({ product }: Bench): Promise<string> {
  await eventually("answers before", seesOnly("tellers", 200), 15);
  await create(product, DENY_TEXT, DENY.namespace);
  try {
    const denied = await eventually("403 for the tellers", seesOnly("tellers", 403), 20);
    const shown = await eventually(
      "403 in the graph's detail",
      async () => {
        const target = { source: "bank/teller", target: "bank/payments" };
        const detail = await product.topology.detail.query(target);
        return detail?.responses.find(({ code }) => code === "403");
      },
      60,
    );
    await remove(product, DENY);
    const back = await eventually("answers again", seesOnly("tellers", 200), 20);
    return `tellers see ${JSON.stringify(denied.value)} after ${inSeconds(denied.seconds)}, the graph ${shown.value.requestsPerSecond.toFixed(1)}/s of 403, 200 again ${inSeconds(back.seconds)} after its removal`;
  } finally {
    await kubectl("delete", "authorizationpolicy", DENY.name, "-n", "bank", "--ignore-not-found");
  }
}

const PEER = { kind: "PeerAuthentication", namespace: "bank", name: "default" } as const;
const PEER_TEXT = `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: ${PEER.name}
  namespace: ${PEER.namespace}
spec:
  mtls:
    mode: DISABLE
`;

/** A request in plain text from a host without a certificate. */
const plainTextGetsIn = (): boolean =>
  attempt("ip", [
    ...["netns", "exec", "qd-outside"],
    ...["curl", "-sf", "-m", "2", "http://payments.bank:8080/plain"],
  ]);

const bank = async (product: Client) => {
  const { graph } = await product.topology.graph.query({});
  const edge = graph.edges.find(
    ({ source, target }) =>
      nodeIdOf(source) === "bank/teller" && nodeIdOf(target) === "bank/payments",
  );
  return {
    share: edge?.mutualTls ?? null,
    mode: graph.boxes.find((b) => b.namespace === "bank")?.mtls,
  };
};

async function mutualTls({ product }: Bench): Promise<string> {
  must(!plainTextGetsIn(), "plain text gets in though the mesh is STRICT");
  await create(product, PEER_TEXT, PEER.namespace);
  try {
    const open = await eventually("plain text from outside", async () => plainTextGetsIn(), 20);
    const shown = await eventually(
      "no mutual TLS in the graph",
      async () => {
        const { share, mode } = await bank(product);
        return share === 0 && mode === "DISABLE" ? mode : undefined;
      },
      90,
    );
    await eventually("answers for the tellers", seesOnly("tellers", 200), 15);
    await remove(product, PEER);
    const closed = await eventually("a closed door", async () => !plainTextGetsIn(), 20);
    const mutual = await eventually(
      "mutual TLS in the graph",
      async () => (await bank(product)).share === 1,
      90,
    );
    return `plain text refused; ${shown.value} lets it in after ${inSeconds(open.seconds)} and the graph shows 0 % mTLS after ${inSeconds(shown.seconds)}; removed: refused after ${inSeconds(closed.seconds)}, 100 % after ${inSeconds(mutual.seconds)}`;
  } finally {
    await kubectl("delete", "peerauthentication", PEER.name, "-n", "bank", "--ignore-not-found");
  }
}
