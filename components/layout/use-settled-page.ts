"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

const LOOK_MS = 100;
/** A page that never gets its first answers does not keep the frame from asking. */
const PATIENCE_MS = 5_000;

/**
 * Whether the page that was opened has its own first answers. What its frame shows besides is asked
 * for after that: on a large mesh both are work for the same server.
 */
export function useSettledPage(): boolean {
  const client = useQueryClient();
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    if (settled) return;
    const opened = performance.now();
    const timer = setInterval(() => {
      const waits = client.isFetching({ predicate: ({ state }) => state.data === undefined }) > 0;
      if (!waits || performance.now() - opened > PATIENCE_MS) setSettled(true);
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [client, settled]);
  return settled;
}
