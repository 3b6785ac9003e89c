/**
 * How many requests an Envoy has sent to each subset of a service, from the text of its `/clusters`
 * page. Requests by the service's name alone count as subset "".
 */
export function requestsBySubset(page: string, host: string): Record<string, number> {
  const totals: Record<string, number> = {};
  for (const line of page.split("\n")) {
    const [cluster = "", , name, value] = line.split("::");
    const [direction, , subset = "", target] = cluster.split("|");
    if (direction !== "outbound" || target !== host || name !== "rq_total") continue;
    totals[subset] = (totals[subset] ?? 0) + Number(value);
  }
  return totals;
}
