"use client";

import {
  parseAsArrayOf,
  parseAsBoolean,
  parseAsString,
  parseAsStringLiteral,
  useQueryStates,
} from "nuqs";
import { DUMP_TYPES } from "@/lib/xds/debug/pages";

/** What is shown and how, all of it in the URL: a link shows another person the same. */
export function useControlPlaneState() {
  return useQueryStates(
    {
      view: parseAsStringLiteral(["state", "debug", "logging"])
        .withDefault("state")
        .withOptions({ history: "push" }),
      /** A debug page by its name of today or of Istio 1.0 to 1.4, or a path. */
      page: parseAsString.withDefault("syncz").withOptions({ history: "push" }),
      /** The istiod that is asked; without it each in turn. */
      istiod: parseAsString.withDefault(""),
      proxy: parseAsString.withDefault(""),
      namespace: parseAsString.withDefault(""),
      types: parseAsArrayOf(parseAsStringLiteral(DUMP_TYPES)).withDefault([]),
      flag: parseAsBoolean.withDefault(false),
      /** Words that a row must contain. */
      find: parseAsString.withDefault(""),
      as: parseAsStringLiteral(["table", "graph", "json"]).withDefault("table"),
    },
    { clearOnDefault: true, urlKeys: { find: "q", namespace: "of" } },
  );
}

export type ControlPlaneState = ReturnType<typeof useControlPlaneState>[0];
export type SetControlPlaneState = ReturnType<typeof useControlPlaneState>[1];
