"use client";

import { useState } from "react";
import { TextField } from "@/components/ui/text-field";
import { findDebugPage } from "@/lib/xds/debug/pages";
import type { SetControlPlaneState } from "./use-control-plane-state";

/** Takes a path, also one of an old book, to the page that answers it today. */
export function DebugPathField({ setState }: { setState: SetControlPlaneState }) {
  const [text, setText] = useState("");
  const unknown = text.trim() !== "" && findDebugPage(text).type === "unknown";
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() === "") return;
        const query = new URLSearchParams(text.split("?")[1] ?? "");
        const proxy = query.get("proxyID");
        void setState({
          page: text.trim(),
          find: null,
          types: null,
          flag: null,
          ...(proxy && { proxy }),
        });
      }}
    >
      <TextField
        mono
        label="Go to a path"
        hint={
          unknown ? "No page has this name yet." : "Names of Istio 1.0 to 1.4 work too: cdsz, synz."
        }
        placeholder="/debug/cdsz"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </form>
  );
}
