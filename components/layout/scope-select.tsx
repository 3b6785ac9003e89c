"use client";

import { useQuery } from "@tanstack/react-query";
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Icon } from "@/components/ui/icon";
import { Popover } from "@/components/ui/popover";
import { SearchField } from "@/components/ui/search-field";
import { useNamespaceScopeState } from "./use-namespace-scope";

/** More namespaces than this get a field to search in. */
const SEARCH_FROM = 10;

/** Which namespaces all pages are narrowed to. */
export function ScopeSelect() {
  const [scope, setScope] = useNamespaceScopeState();
  const summary =
    scope.length === 0
      ? "all namespaces"
      : scope.length <= 2
        ? scope.join(", ")
        : `${scope.length} namespaces`;
  return (
    <Popover
      label="Namespaces"
      align="start"
      width={280}
      trigger={
        <button
          type="button"
          className="qd-button min-w-0"
          data-variant="quiet"
          data-plain=""
          aria-label={`Namespaces: ${summary}`}
        >
          <span className="truncate">{summary}</span>
          <Icon of={ChevronDown} />
        </button>
      }
    >
      <ScopeList scope={scope} onChange={(next) => void setScope([...next])} />
    </Popover>
  );
}

function ScopeList({
  scope,
  onChange,
}: {
  scope: readonly string[];
  onChange: (scope: readonly string[]) => void;
}) {
  const trpc = useTRPC();
  const [text, setText] = useState("");
  const namespaces = useQuery(
    trpc.system.namespaces.queryOptions(undefined, { meta: { live: ["mesh:Namespace"] } }),
  );
  // One that is gone, or that the link only named, can still be taken out of the scope.
  const known = [...new Set([...(namespaces.data ?? []), ...scope])].sort();
  const shown = known.filter((name) => name.includes(text.trim()));
  return (
    <div className="grid gap-2">
      {known.length > SEARCH_FROM ? (
        <SearchField label="Find a namespace" value={text} onChange={setText} />
      ) : null}
      {namespaces.isError ? <p className="qd-note">{namespaces.error.message}</p> : null}
      <fieldset className="grid max-h-80 overflow-auto">
        <legend className="sr-only">Show only these namespaces</legend>
        {shown.map((name) => (
          <Checkbox
            key={name}
            label={<span className="font-mono text-xs">{name}</span>}
            checked={scope.includes(name)}
            onChange={(checked) =>
              onChange(checked ? [...scope, name].sort() : scope.filter((other) => other !== name))
            }
          />
        ))}
      </fieldset>
      {shown.length === 0 ? <p className="qd-note">No namespace is named so.</p> : null}
      <Button
        size="small"
        onClick={() => onChange([])}
        {...(scope.length === 0 ? { "aria-pressed": true } : {})}
      >
        Show all namespaces
      </Button>
    </div>
  );
}
