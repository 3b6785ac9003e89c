import type { Endpoint } from "@/lib/mesh/endpoints";
import { xxHash64 } from "./xx-hash";

/** Envoy's size of a table where the DestinationRule names none. */
const DEFAULT_SIZE = 65_537;

const tables = new WeakMap<readonly Endpoint[], Map<number, Uint16Array>>();

/**
 * The endpoint that a table of Maglev has for a hash. Each endpoint claims the places of the table
 * in an order of its own, one by one in turn. Source: Envoy's Maglev load balancer, for endpoints
 * that all weigh the same.
 *
 * @param size a prime number
 */
export function atMaglevHash(
  endpoints: readonly Endpoint[],
  size: number | undefined,
  hash: bigint,
): Endpoint | undefined {
  const known = tables.get(endpoints) ?? new Map<number, Uint16Array>();
  tables.set(endpoints, known);
  const places = size || DEFAULT_SIZE;
  const table = known.get(places) ?? filledTable(endpoints, places);
  known.set(places, table);
  return endpoints[table[Number(hash % BigInt(places))] ?? 0];
}

/** For each place of the table the index of the endpoint that claimed it first. */
function filledTable(endpoints: readonly Endpoint[], size: number): Uint16Array {
  const claims = endpoints.map(({ address, port }) => {
    const key = `${address}:${port}`;
    return {
      place: Number(xxHash64(key) % BigInt(size)),
      skip: Number(xxHash64(key, 1n) % BigInt(size - 1)) + 1,
    };
  });
  const table = new Uint16Array(size);
  const taken = new Uint8Array(size);
  for (let filled = 0; filled < size;) {
    for (const [index, claim] of claims.entries()) {
      if (filled === size) break;
      while (taken[claim.place]) claim.place = (claim.place + claim.skip) % size;
      table[claim.place] = index;
      taken[claim.place] = 1;
      filled += 1;
    }
  }
  return table;
}
