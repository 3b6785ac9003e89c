import Link from "next/link";
import { proxyHref } from "@/components/layout/object-href";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { Panel } from "@/components/ui/panel";
import { Status } from "@/components/ui/status";
import type { DetailQuery } from "./panel-detail";

/** The pods behind what is selected, each a link to its proxy. */
export function ProxyList({ detail: { data } }: { detail: DetailQuery }) {
  const scoped = useScopedHref();
  if (!data || data.podCount === 0) return null;
  const { pods, podCount } = data;
  return (
    <Panel
      title="Proxies"
      aside={pods.length < podCount ? `${pods.length} of ${podCount}` : `${podCount} in all`}
    >
      <ul>
        {pods.map((pod) => (
          <li key={`${pod.namespace}/${pod.name}`} className="flex items-baseline gap-2 py-1">
            <Link className="min-w-0 break-all font-mono text-xs" href={scoped(proxyHref(pod))}>
              {pod.name}
            </Link>
            <span className="ml-auto">
              <Status
                status={pod.ready ? "ok" : "warn"}
                label={pod.ready ? "ready" : "not ready"}
              />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
