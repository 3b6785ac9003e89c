import type { L4Match } from "@/lib/istio/virtual-service";

/** Whether a TCP or TLS route takes connections to a port, where one is given, and to all hosts. */
export function takes(
  route: object,
  port: number | undefined,
  sniHosts: readonly string[],
): boolean {
  const { match = [] } = route as { readonly match?: readonly L4Match[] };
  return match.some(
    (own) =>
      (port === undefined || own.port === port) &&
      sniHosts.every((host) => own.sniHosts?.includes(host)),
  );
}
