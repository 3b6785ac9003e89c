import type { ProxySync } from "@/lib/xds/sync-status";

/** How a proxy's release stands to that of the istiod it is connected to. */
export type Skew = "same" | "behind" | "too-old" | "ahead" | "unknown";

/** Proxies of one release that are connected to istiods of one release. */
export interface VersionPair {
  /** undefined where istiod does not say. */
  readonly proxy: string | undefined;
  readonly istiod: string | undefined;
  readonly proxies: number;
  readonly skew: Skew;
}

/** Which releases meet, the most proxies first. `istiods`: releases by the name of the pod. */
export function versionPairs(
  proxies: readonly ProxySync[],
  istiods: ReadonlyMap<string, string | undefined>,
): readonly VersionPair[] {
  const pairs = new Map<string, VersionPair>();
  for (const { version, istiod } of proxies) {
    const control = istiods.get(istiod);
    const key = `${version ?? ""} ${control ?? ""}`;
    const { proxies: known = 0 } = pairs.get(key) ?? {};
    const skew = versionSkew(version, control);
    pairs.set(key, { proxy: version, istiod: control, proxies: known + 1, skew });
  }
  return [...pairs.values()].sort((a, b) => b.proxies - a.proxies);
}

/**
 * Istio lets the control plane be one minor release ahead of a proxy, and no proxy be ahead of it;
 * proxies of different releases may talk to each other. Releases of the same minor work together in
 * either order. Source: "Control Plane/Data Plane Skew" of
 * istio.io/latest/docs/releases/supported-releases, the same text since Istio 1.16 (read in
 * istio/istio.io 011c086 and in the page of 1.26).
 */
export function versionSkew(proxy: string | undefined, istiod: string | undefined): Skew {
  const data = releaseOf(proxy);
  const control = releaseOf(istiod);
  if (!data || !control) return "unknown";
  if (data.major !== control.major) return data.major > control.major ? "ahead" : "too-old";
  const minors = control.minor - data.minor;
  if (minors < 0) return "ahead";
  if (minors > 1) return "too-old";
  return minors === 0 && data.patch === control.patch ? "same" : "behind";
}

/** `1.30.1`, `1.30.1-distroless`, `1.30-alpha.abc`; undefined for what is no release, such as `latest`. */
function releaseOf(version: string | undefined) {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version ?? "");
  return match && { major: Number(match[1]), minor: Number(match[2]), patch: match[3] ?? "" };
}
