"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { useDeferredValue, useEffect, useRef, useState } from "react";
import { useTRPC } from "@/components/trpc/client";
import { Icon } from "@/components/ui/icon";
import { KindTag } from "@/components/ui/kind-tag";
import { kindInfo, type ObjectRef } from "@/lib/istio/kinds";
import { objectHref } from "./object-href";
import { PAGES } from "./pages";
import { useScopedHref } from "./use-namespace-scope";

const valueOf = (object: ObjectRef): string => `${object.kind} ${objectHref(object)}`;

/** Goes to a page, a service or an object by a few letters of its name. */
export function CommandPalette({ onClose }: { onClose: () => void }) {
  const router = useRouter();
  const scoped = useScopedHref();
  const trpc = useTRPC();
  const ref = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState("");
  const typed = text.trim();
  const wanted = useDeferredValue(typed);
  const found = useQuery(
    trpc.overview.search.queryOptions(
      { text: wanted },
      { enabled: wanted !== "", placeholderData: keepPreviousData, meta: { live: ["mesh"] } },
    ),
  );
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    dialog?.querySelector("input")?.focus();
    return () => dialog?.close();
  }, []);

  // Pages follow each letter at once: who types fast and presses Enter means what stands there.
  const pages = PAGES.filter(({ name }) => name.toLowerCase().includes(typed.toLowerCase()));
  const objects = typed === "" ? [] : (found.data ?? []);
  // What was chosen may be gone from a newer answer; then the first is.
  const values = [...pages.map(({ path }) => path), ...objects.map(valueOf)];
  const current = values.includes(chosen) ? chosen : (values[0] ?? "");
  const go = (path: string) => {
    onClose();
    router.push(path);
  };

  return (
    <dialog
      ref={ref}
      className="qd-dialog qd-palette"
      aria-label="Search or go to"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        // The dialog itself is pressed only beside what it holds: on the backdrop.
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <Command
        label="Search or go to"
        shouldFilter={false}
        loop
        value={current}
        onValueChange={setChosen}
      >
        <div className="qd-palette-input">
          <Icon of={Search} />
          <Command.Input
            value={text}
            onValueChange={setText}
            placeholder="Page, service, or object: vs reviews"
          />
        </div>
        <Command.List label="Places">
          {pages.length > 0 ? (
            <Command.Group heading="Pages">
              {pages.map((page) => (
                <Command.Item
                  key={page.path}
                  value={page.path}
                  onSelect={() => go(scoped(page.path))}
                >
                  <Icon of={page.icon} />
                  {page.name}
                </Command.Item>
              ))}
            </Command.Group>
          ) : null}
          {objects.length > 0 ? (
            <Command.Group heading="In the cluster">
              {objects.map((object) => {
                const { tag, kind } = kindInfo(object.kind);
                const href = objectHref(object);
                return (
                  <Command.Item
                    key={valueOf(object)}
                    value={valueOf(object)}
                    onSelect={() => go(scoped(href))}
                  >
                    <KindTag tag={tag} kind={kind} />
                    <span className="truncate">{object.name}</span>
                    <span className="ml-auto text-xs text-ink-3">{object.namespace}</span>
                  </Command.Item>
                );
              })}
            </Command.Group>
          ) : null}
          {found.isError ? (
            <p role="alert" className="px-2 py-3 text-fail-text">
              {found.error.message}
            </p>
          ) : pages.length + objects.length === 0 ? (
            <Command.Empty>
              {found.isFetching ? "Searching…" : `Nothing is named like “${wanted}”.`}
            </Command.Empty>
          ) : null}
        </Command.List>
      </Command>
    </dialog>
  );
}
