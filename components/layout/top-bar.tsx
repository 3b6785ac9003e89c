"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTRPC } from "@/components/trpc/client";
import { ConnectionState } from "./connection-state";
import { Finder } from "./finder";
import { Logo } from "./logo";
import { ScopeSelect } from "./scope-select";
import { ThemeToggle } from "./theme-toggle";
import { useScopedHref } from "./use-namespace-scope";

/** Where we are, how old what we see is, and the way to everything else. */
export function TopBar() {
  const trpc = useTRPC();
  const scoped = useScopedHref();
  const identity = useQuery(trpc.system.identity.queryOptions());
  const cluster = identity.data?.cluster;
  return (
    <header className="qd-topbar">
      <Link className="qd-mark" href={scoped("/")} aria-label="Quarterdeck, overview">
        <Logo />
      </Link>
      <span
        className="qd-cluster"
        title={cluster ? `${cluster.server}, as ${cluster.user}` : undefined}
      >
        <span className="text-ink-3 max-wide:hidden">Cluster </span>
        <b>{cluster?.context ?? ""}</b>
      </span>
      <ScopeSelect />
      <Finder />
      <ConnectionState />
      <ThemeToggle />
    </header>
  );
}
