/** The order of a table in the URL: by health, falling. */
export const WORST_FIRST = "-health";

/** Reads an order from the URL; what is none of `orders` means the worst first. */
export function sortOf<Order extends string>(
  text: string,
  orders: readonly Order[],
): { readonly by: Order | "health"; readonly descending: boolean } {
  const descending = text.startsWith("-");
  const by = orders.find((order) => order === text.slice(descending ? 1 : 0));
  return by === undefined ? { by: "health", descending: true } : { by, descending };
}

/** The order as it stands in the URL. */
export const sortText = (key: string, descending: boolean): string =>
  `${descending ? "-" : ""}${key}`;
