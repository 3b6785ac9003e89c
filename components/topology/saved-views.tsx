"use client";

import { Bookmark, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { IconButton } from "@/components/ui/icon-button";
import { Popover } from "@/components/ui/popover";
import { TextField } from "@/components/ui/text-field";
import type { Pins } from "@/lib/graph/pin-layout";
import { readStored, store } from "./topology-storage";

const KEY = "quarterdeck.topology.views";
const MOST_VIEWS = 50;

/** A way to look at the mesh that somebody gave a name: its link, and where plates were put. */
interface SavedView {
  readonly name: string;
  readonly search: string;
  readonly pins: Pins;
}

/** Names what is shown now, and goes back to what was named before. Kept in this browser. */
export function SavedViews({
  pins,
  onPins,
}: {
  pins: Pins;
  /** Puts plates where they were in a view. */
  onPins: (pins: Pins) => void;
}) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [views, setViews] = useState<readonly SavedView[]>([]);
  const [name, setName] = useState("");
  const keep = (next: readonly SavedView[]) => {
    setViews(next);
    store(KEY, next);
  };
  const save = (event: FormEvent) => {
    event.preventDefault();
    const given = name.trim();
    if (given === "") return;
    const search = window.location.search.slice(1);
    const others = views.filter((view) => view.name !== given);
    keep([{ name: given, search, pins }, ...others].slice(0, MOST_VIEWS));
    setName("");
  };
  const show = (view: SavedView) => {
    router.push(view.search === "" ? "/topology" : `/topology?${view.search}`);
    onPins(view.pins);
    setOpen(false);
  };
  return (
    <Popover
      label="Saved views"
      open={open}
      onOpenChange={(opened) => {
        // Another tab may have saved one.
        if (opened) setViews(readStored<SavedView[]>(KEY) ?? []);
        setOpen(opened);
      }}
      trigger={<IconButton label="Saved views" icon={<Icon of={Bookmark} />} />}
    >
      {views.length === 0 ? (
        <p className="text-ink-2">No view is saved in this browser yet.</p>
      ) : (
        <ul className="grid gap-1">
          {views.map((view) => (
            <li key={view.name} className="flex items-center justify-between gap-2">
              <Button variant="quiet" onClick={() => show(view)}>
                {view.name}
              </Button>
              <IconButton
                label={`Delete view ${view.name}`}
                icon={<Icon of={Trash2} />}
                onClick={() => keep(views.filter((one) => one !== view))}
              />
            </li>
          ))}
        </ul>
      )}
      <form className="mt-2 grid gap-2" onSubmit={save}>
        <TextField
          label="Name of what is shown now"
          value={name}
          maxLength={80}
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit">Save view</Button>
      </form>
    </Popover>
  );
}
