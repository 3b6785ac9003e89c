import { z } from "zod";
import { AppError } from "@/lib/base/errors";
import { between, type Instant, millis, seconds } from "@/lib/base/units";
import { type KindId, type KindInfo, kindInfo, KINDS } from "@/lib/istio/kinds";
import type { Clock } from "../ports";
import type { Transport } from "./transport";

/** Which version of a kind to ask for. */
export interface Discovery {
  /** @throws AppError `unsupported` when the cluster does not serve the kind. */
  version(kind: KindId, signal?: AbortSignal): Promise<string>;
  /** Makes the next question look again: a resource path that was served is gone. */
  forget(): void;
}

const AGGREGATED =
  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList," +
  "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

const AggregatedList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string().optional() }).optional(),
      versions: z.array(
        z.object({
          version: z.string(),
          resources: z.array(z.object({ resource: z.string() })).nullish(),
        }),
      ),
    }),
  ),
});
const GroupList = z.object({
  groups: z.array(
    z.object({ name: z.string(), versions: z.array(z.object({ version: z.string() })) }),
  ),
});
const ResourceList = z.object({ resources: z.array(z.object({ name: z.string() })).nullish() });

const TIMEOUT = seconds(15);
/** How long a kind may stay unknown after its CRD was installed. */
const UNSERVED_LIFETIME = seconds(20);
/** The same of a kind that was served before: a server that starts knows its definitions soon. */
const MISSED_LIFETIME = seconds(2);

/** Names served resources as `group/version/plural`. */
type Served = ReadonlySet<string>;

/** Asks the API server what it serves: aggregated discovery where it has it, else group by group. */
export function apiDiscovery(transport: Transport, clock: Clock): Discovery {
  let known: { served: Served; at: Instant } | undefined;
  let asking: Promise<Served> | undefined;
  const everServed = new Set<KindId>();

  const ask = (signal?: AbortSignal): Promise<Served> => {
    // All kinds ask at the same time at the start: one question serves them.
    asking ??= discover(transport)
      .then((served) => {
        known = { served, at: clock.now() };
        return served;
      })
      .finally(() => {
        asking = undefined;
      });
    return signal ? abortable(asking, signal) : asking;
  };

  return {
    async version(kind, signal) {
      const info = kindInfo(kind);
      const before = known ? servedVersion(known.served, info) : undefined;
      if (before) return before;
      const lifetime = everServed.has(kind) ? MISSED_LIFETIME : UNSERVED_LIFETIME;
      const fresh = known && between(known.at, clock.now()) < lifetime;
      const version = fresh ? undefined : servedVersion(await ask(signal), info);
      if (version) {
        everServed.add(kind);
        return version;
      }
      throw new AppError("unsupported", `The cluster does not serve ${info.kind} (${info.group})`, {
        hint: "Install the CustomResourceDefinitions of Istio or the Gateway API to use it.",
        retryAfter: millis(lifetime),
      });
    },
    forget() {
      known = undefined;
    },
  };
}

const servedVersion = (served: Served, { group, plural, versions }: KindInfo) =>
  versions.find((version) => served.has(`${group}/${version}/${plural}`));

async function discover(transport: Transport): Promise<Served> {
  const [core, groups] = await Promise.all(
    ["/api", "/apis"].map((path) =>
      transport.request({
        method: "GET",
        path,
        accept: AGGREGATED,
        timeout: TIMEOUT,
        doing: "discover what the cluster serves",
      }),
    ),
  );
  const answers = [core, groups].flatMap((answer) => (answer ? [answer] : []));
  if (answers.every(({ contentType }) => contentType.includes("apidiscovery"))) {
    return new Set(answers.flatMap(({ text }) => aggregated(text)));
  }
  return new Set(await groupByGroup(transport, groups?.text ?? ""));
}

function aggregated(text: string): string[] {
  return parse(AggregatedList, text).items.flatMap(({ metadata, versions }) =>
    versions.flatMap(({ version, resources }) =>
      (resources ?? []).map(({ resource }) => `${metadata?.name ?? ""}/${version}/${resource}`),
    ),
  );
}

const OUR_GROUPS = new Set(KINDS.map(({ group }) => group));

async function groupByGroup(transport: Transport, groupsText: string): Promise<string[]> {
  const groups = parse(GroupList, groupsText).groups.filter(({ name }) => OUR_GROUPS.has(name));
  const versions = [
    { group: "", version: "v1", path: "/api/v1" },
    ...groups.flatMap(({ name, versions }) =>
      versions.map(({ version }) => ({ group: name, version, path: `/apis/${name}/${version}` })),
    ),
  ];
  const lists = await Promise.all(
    versions.map(async ({ group, version, path }) => {
      try {
        const doing = `discover ${group}/${version}`;
        const { text } = await transport.request({ method: "GET", path, timeout: TIMEOUT, doing });
        const { resources } = parse(ResourceList, text);
        return (resources ?? []).map(({ name }) => `${group}/${version}/${name}`);
      } catch (error) {
        // One broken group hides its own kinds, which are asked for again; the rest must work.
        if (error instanceof AppError && group !== "") return [];
        throw error;
      }
    }),
  );
  return lists.flat();
}

function parse<T>(schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError(
      "unavailable",
      "The server does not answer as a Kubernetes API server does",
      {
        cause,
        hint: "Check the server's address in the kubeconfig.",
      },
    );
  }
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
