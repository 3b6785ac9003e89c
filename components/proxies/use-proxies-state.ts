"use client";

import {
  parseAsBoolean,
  parseAsInteger,
  parseAsString,
  parseAsStringLiteral,
  useQueryStates,
} from "nuqs";

const GROUPINGS = ["cause", "namespace", "flat"] as const;
export const EXPLORER_TABS = [
  "listeners",
  "routes",
  "clusters",
  "endpoints",
  "secrets",
  "extensions",
  "bootstrap",
  "objects",
  "walk",
  "compare",
  "explain",
  "logging",
  "raw",
] as const;
/** Ways of a request through a proxy. */
const WAYS = ["leaves", "mtls", "plain"] as const;
const ROW_STATES = [
  "refused",
  "late",
  "pending",
  "disconnected",
  "unknown",
  "older",
  "synced",
] as const;

export type ExplorerTab = (typeof EXPLORER_TABS)[number];

/** What is shown and how, all of it in the URL: a link shows another person the same. */
export function useProxiesState() {
  return useQueryStates(
    {
      /** Words that a row must contain. */
      filter: parseAsString.withDefault(""),
      /** Only proxies in this state. */
      state: parseAsStringLiteral(ROW_STATES),
      /** Whether the configurations of the first rows are measured. */
      sizes: parseAsBoolean.withDefault(false),
      group: parseAsStringLiteral(GROUPINGS).withDefault("cause"),
      sort: parseAsString.withDefault(""),
      descending: parseAsBoolean.withDefault(false),
      /** `namespace/pod` of the proxy that is opened. */
      proxy: parseAsString.withOptions({ history: "push" }),
      tab: parseAsStringLiteral(EXPLORER_TABS).withDefault("listeners"),
      /** Words that a row of the explorer must contain. */
      find: parseAsString.withDefault(""),
      /** Only what this field of its object made: `spec.http[0]`. */
      line: parseAsString.withDefault(""),
      /** The request that is followed: `GET http://reviews:9080/path`. */
      ask: parseAsString.withDefault(""),
      /** Whether it leaves the pod, or arrives there with mTLS or in plain text. */
      way: parseAsStringLiteral(WAYS).withDefault("leaves"),
      /** Its headers: `end-user: jason; x-debug: 1`. */
      headers: parseAsString.withDefault(""),
      /** What the proxy is compared with: `istiod`, or `namespace/pod`. */
      against: parseAsString.withDefault("istiod"),
      /** Whether addresses count in the comparison. */
      addresses: parseAsBoolean.withDefault(false),
      /** The change that is followed: `Kind/namespace/name`, written at `since` (ms). */
      change: parseAsString.withDefault(""),
      since: parseAsInteger,
      /** Part of the raw dump. */
      section: parseAsString.withDefault("Listeners"),
    },
    { clearOnDefault: true, urlKeys: { filter: "q", descending: "desc" } },
  );
}

export type ProxiesState = ReturnType<typeof useProxiesState>[0];
export type SetProxiesState = ReturnType<typeof useProxiesState>[1];

/** `namespace/pod` in two; undefined for a text that is no such pair. */
export function proxyOfParam(
  text: string | null,
): { readonly namespace: string; readonly name: string } | undefined {
  const [namespace, name, ...rest] = (text ?? "").split("/");
  return namespace && name && rest.length === 0 ? { namespace, name } : undefined;
}
