"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { currentTime, pauseClock } from "@/components/ui/use-now";
import type { SourceState } from "@/server/ports";
import { useTRPC, useTRPCClient } from "./client";
import { type ConnectionState, LiveConnection, type OpenStream } from "./live-connection";
import { LiveQueries } from "./live-queries";
import { topicsOf } from "./live-topic";

/** How live this tab is. */
export interface LiveState extends ConnectionState {
  /** How the server's sources are doing; empty until it told. */
  readonly sources: readonly SourceState[];
  /** `true` holds every query and age on the page still. */
  readonly paused: boolean;
  readonly setPaused: (paused: boolean) => void;
}

const Live = createContext<LiveState | undefined>(undefined);

/** The state of the one stream that this tab holds. */
export function useLiveState(): LiveState {
  const state = useContext(Live);
  if (!state) throw new TypeError("useLiveState needs the LiveProvider above it");
  return state;
}

/**
 * Holds the one stream of this tab, and asks again what it says has changed. `since` is the newest
 * event when the page was rendered: nothing is missed between, and nothing asked twice.
 */
export function LiveProvider({ since, children }: { since: string; children: ReactNode }) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const cache = useQueryClient();
  const [connection, setConnection] = useState<ConnectionState>({ state: "connecting", since: 0 });
  const [paused, setPaused] = useState(false);
  // A later rendering of the layout knows a later event; the stream goes on from its own.
  const [start] = useState(since);
  const [queries] = useState(() => new LiveQueries(cache));
  const sources = useQuery(
    trpc.system.sources.queryOptions(undefined, { meta: { live: ["sources"] } }),
  );

  useEffect(() => {
    const open: OpenStream = (lastEventId, on) => {
      const subscription = client.live.events.subscribe(
        lastEventId === undefined ? undefined : { lastEventId },
        {
          onConnectionStateChange: ({ state }) => {
            if (state === "pending") on.opened();
            if (state === "connecting") on.lost();
          },
          onData: on.event,
          onError: on.ended,
          onComplete: on.ended,
        },
      );
      return { close: () => subscription.unsubscribe() };
    };
    const stream = new LiveConnection({
      open,
      since: start,
      now: currentTime,
      onState: setConnection,
      onEvent: (event) => queries.changed(topicsOf(event)),
    });
    stream.start();
    return () => {
      stream.close();
      queries.close();
    };
  }, [client, queries, start]);

  useEffect(() => {
    queries.pause(paused);
    pauseClock(paused);
  }, [paused, queries]);

  const value = useMemo<LiveState>(
    () => ({ ...connection, sources: sources.data ?? [], paused, setPaused }),
    [connection, sources.data, paused],
  );
  return <Live value={value}>{children}</Live>;
}
