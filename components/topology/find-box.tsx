"use client";

import { type KeyboardEvent, useId, useMemo, useRef, useState } from "react";
import { SearchField } from "@/components/ui/search-field";
import { Select } from "@/components/ui/select";
import { complete } from "@/lib/graph/find/complete";
import type { MeshGraph } from "@/lib/graph/mesh-graph";
import type { SetTopologyState, TopologyState } from "./use-topology-state";

const MODES: readonly { value: TopologyState["mode"]; label: string }[] = [
  { value: "find", label: "Find" },
  { value: "hide", label: "Hide" },
  { value: "only", label: "Show only" },
];

/** Expressions that answer the questions one comes with. */
const PRESETS: readonly { text: string; about: string }[] = [
  { text: "health = failing or health = degraded", about: "what is unwell" },
  { text: "health = idle", about: "what has no traffic" },
  { text: "is = edge and mtls < 100", about: "traffic outside of mutual TLS" },
  { text: "p95 > 500ms", about: "what is slow" },
  { text: "badge = canary", about: "canaries in progress" },
  { text: "badge = missing-sidecar", about: "pods outside the mesh" },
];

const TYPING_MS = 250;

/** An expression over every attribute, completed as one types; it marks, hides, or shows only. */
export function FindBox({
  state,
  setState,
  graph,
  problem,
}: {
  state: TopologyState;
  setState: SetTopologyState;
  graph: MeshGraph | undefined;
  /** Why the expression cannot be read. */
  problem: string | undefined;
}) {
  const [text, setText] = useState(state.find);
  /** What was handed on from here, and what the URL had at the last look. */
  const [sent, setSent] = useState(state.find);
  const [before, setBefore] = useState(state.find);
  if (state.find !== before) {
    setBefore(state.find);
    // Somebody else changed it: a link, or a button that shows everything again.
    if (state.find !== sent) setText(state.find);
  }
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const input = useRef<HTMLInputElement>(null);
  const list = useId();
  const offered = useMemo(() => offers(text, graph), [text, graph]);
  const shown = open && offered.options.length > 0;

  function change(next: string) {
    setText(next);
    setActive(-1);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setSent(next.trim());
      void setState({ find: next.trim() });
    }, TYPING_MS);
  }

  function take(index: number) {
    const option = offered.options[index];
    if (!option) return;
    const whole = text.slice(0, offered.from) + option.text;
    change(option.text.endsWith(" ") ? whole : `${whole} `);
    input.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent) {
    const { length } = offered.options;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      setOpen(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive((now) => (now + step + length + (now < 0 && step < 0 ? 1 : 0)) % (length || 1));
    } else if (event.key === "Enter" && shown && active >= 0) take(active);
    else if (event.key === "Enter" || (event.key === "Escape" && shown)) setOpen(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div
      className="qd-expression"
      onKeyDown={onKeyDown}
      onFocus={() => setOpen(true)}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <Select
        aria-label="What becomes of what is found"
        options={MODES}
        value={state.mode}
        onChange={(mode) => void setState({ mode })}
      />
      <div className="qd-expression-field">
        <SearchField
          ref={input}
          combobox={{
            list,
            open: shown,
            active: shown && active >= 0 ? `${list}-${active}` : undefined,
          }}
          label="Expression"
          placeholder="name, health = failing, rate > 50 …"
          value={text}
          onChange={change}
        />
        {shown ? (
          <ul className="qd-expression-offers" id={list} role="listbox" aria-label="Completions">
            {offered.options.map((option, index) => (
              <li key={option.text} role="presentation">
                <button
                  type="button"
                  role="option"
                  id={`${list}-${index}`}
                  aria-selected={index === active}
                  tabIndex={-1}
                  data-active={index === active || undefined}
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={() => take(index)}
                >
                  <code>{option.text.trim()}</code>
                  <span>{option.about}</span>
                </button>
              </li>
            ))}
          </ul>
        ) : null}
      </div>
      {problem === undefined ? null : (
        <span className="qd-expression-problem" role="alert">
          {problem}
        </span>
      )}
    </div>
  );
}

/** Presets for an empty box, else what may come next. */
function offers(text: string, graph: MeshGraph | undefined) {
  if (text.trim() === "") return { from: 0, options: PRESETS };
  return complete(text, (attribute) => valuesOf(attribute, graph));
}

/** The values that an attribute has in the graph that is shown, sorted. */
function valuesOf(attribute: string, graph: MeshGraph | undefined): readonly string[] {
  const nodes = graph?.nodes ?? [];
  const values =
    attribute === "namespace"
      ? nodes.flatMap(({ namespace }) => namespace ?? [])
      : attribute === "version"
        ? nodes.flatMap(({ versions }) => versions.flatMap(({ version }) => version ?? []))
        : attribute === "workload"
          ? nodes.flatMap(({ versions }) => versions.flatMap(({ workloads }) => workloads))
          : attribute === "badge"
            ? nodes.flatMap(({ badges }) => badges)
            : ["name", "from", "to"].includes(attribute)
              ? nodes.map(({ name }) => name)
              : [];
  return [...new Set(values)].sort();
}
