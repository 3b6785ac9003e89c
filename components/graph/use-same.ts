import { useState } from "react";

/**
 * `value`, or the object of before where that says the same: who is drawn from it need not look
 * again. For plain data of some hundred things.
 */
export function useSame<Value>(value: Value): Value {
  const [kept, setKept] = useState({ value, seen: value, text: "" });
  if (kept.seen === value && kept.text !== "") return kept.value;
  const text = JSON.stringify(value);
  const same = text === kept.text;
  const next = { value: same ? kept.value : value, seen: value, text };
  setKept(next);
  return next.value;
}

/**
 * The same for a list of things with ids: those that say what they said stay the objects they were,
 * and the list does where all of them do.
 */
export function useSameItems<Item extends { readonly id: string }>(
  items: readonly Item[],
): readonly Item[] {
  const [kept, setKept] = useState(() => ({ items, seen: items, byId: textsOf(items) }));
  if (kept.seen === items) return kept.items;
  const byId = textsOf(items);
  for (const [id, { text }] of byId) {
    const before = kept.byId.get(id);
    if (before?.text === text) byId.set(id, before);
  }
  const now = [...byId.values()].map(({ item }) => item);
  const same = now.length === kept.items.length && now.every((item, i) => item === kept.items[i]);
  const next = { items: same ? kept.items : now, seen: items, byId };
  setKept(next);
  return next.items;
}

const textsOf = <Item extends { readonly id: string }>(items: readonly Item[]) =>
  new Map(items.map((item) => [item.id, { item, text: JSON.stringify(item) }]));
