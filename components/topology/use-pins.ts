"use client";

import { useCallback, useState } from "react";
import type { Point } from "@/lib/graph/places";
import type { Pins } from "@/lib/graph/pin-layout";
import { readStored, store } from "./topology-storage";
import type { TopologyState } from "./use-topology-state";

const KEY = "quarterdeck.topology.pins";
const NONE: Pins = {};

/** Pins of each kind of picture: another level or other boxes are another picture. */
type AllPins = Readonly<Record<string, Pins>>;

/** Where this person put plates, kept in this browser. */
export function usePins({ type, group }: Pick<TopologyState, "type" | "group">) {
  const picture = `${type} ${group ?? ""}`;
  const [all, setAll] = useState<AllPins>(() => readStored<AllPins>(KEY) ?? {});
  const setPins = useCallback(
    (change: (before: Pins) => Pins) =>
      setAll((before) => {
        const next = { ...before, [picture]: change(before[picture] ?? NONE) };
        store(KEY, next);
        return next;
      }),
    [picture],
  );
  const pin = useCallback(
    (id: string, corner: Point) => setPins((before) => ({ ...before, [id]: corner })),
    [setPins],
  );
  return { pins: all[picture] ?? NONE, pin, setPins };
}
