import type { Random } from "@/sandbox/random";

/** Where a service stands: requests flow from the edge downwards, never back. */
export type Layer = "edge" | "middle" | "data" | "hub";

/** One service of a large mesh, before it is written as objects. */
export interface PlannedService {
  readonly index: number;
  readonly namespace: string;
  readonly name: string;
  readonly layer: Layer;
  readonly versions: readonly string[];
  readonly calls: readonly PlannedCall[];
}

/** Whom a service asks, and of how many of its own requests. */
export interface PlannedCall {
  readonly callee: number;
  /** From 0 to 1. */
  readonly share: number;
}

/** What a team's services are about, and what each of them is. */
const SUBJECTS =
  "account billing booking cart catalog checkout claim coupon customer delivery document email fraud identity image inventory invoice ledger loyalty mailbox market media member menu notice offer order partner payment photo price product profile quote rating refund report return review reward search session shipping store tax ticket trip user wallet".split(
    " ",
  );
const ROLES = "api worker index store gateway sync proxy rules".split(" ");

/** A team owns about so many services. */
const SERVICES_A_TEAM = 20;
const TWO_VERSIONS = 0.15;
const IDLE = 0.1;

/** By layer the part of all services; what is left is `middle`. */
const PARTS: readonly (readonly [Layer, number])[] = [
  ["edge", 0.12],
  ["data", 0.25],
  ["hub", 0.01],
];

/**
 * The services of a mesh of `count`, in teams of uneven size, a namespace each. Calls go to the
 * own team above all, to other teams' services now and then, and to a few hubs (identity, config)
 * that half of the mesh knows. A tenth is called by nobody.
 */
export function planServices(count: number, random: Random): readonly PlannedService[] {
  const places = placesOf(count, random);
  const layers = places.map((_, index) => layerOf(index, random));
  const hubs = layers.flatMap((layer, index) => (layer === "hub" ? [index] : []));
  const calls: PlannedCall[][] = places.map(() => []);
  const byTeam = new Map<string, number[]>();
  for (const [index, { namespace }] of places.entries()) {
    const team = byTeam.get(namespace) ?? [];
    team.push(index);
    byTeam.set(namespace, team);
  }
  const add = (caller: number, callee: number): void => {
    const known = calls[caller] ?? [];
    if (caller === callee || known.some((call) => call.callee === callee)) return;
    known.push({ callee, share: share(random) });
  };
  for (const team of byTeam.values()) {
    for (const index of team) {
      const layer = layers[index];
      if (layer === "edge" || layer === "hub" || random.next() < IDLE) continue;
      // One caller at least; a service in the middle is asked by services before it only.
      const above = team.filter((other) => isAbove(layers, other, index));
      const caller = above[random.below(above.length)] ?? anyEdge(layers, index, random);
      if (caller !== undefined) add(caller, index);
      if (random.next() < 0.2) {
        const stranger = random.below(count);
        if (isAbove(layers, stranger, index)) add(stranger, index);
      }
    }
  }
  for (const [index, layer] of layers.entries()) {
    const hub = hubs[random.below(hubs.length)];
    if (hub !== undefined && layer !== "hub" && layer !== "data" && random.next() < 0.5) {
      add(index, hub);
    }
  }
  return places.map((place, index) => ({
    ...place,
    index,
    layer: layers[index] ?? "middle",
    versions: random.next() < TWO_VERSIONS ? ["v1", "v2"] : ["v1"],
    calls: calls[index] ?? [],
  }));
}

const RANK: Readonly<Record<Layer, number>> = { edge: 0, middle: 1, data: 2, hub: 3 };

/** Whether `caller` may ask `callee`: so the calls have no circles. */
function isAbove(layers: readonly Layer[], caller: number, callee: number): boolean {
  const [from, to] = [layers[caller], layers[callee]];
  if (from === undefined || to === undefined || from === "data" || from === "hub") return false;
  return RANK[from] < RANK[to] || (from === "middle" && to === "middle" && caller < callee);
}

function anyEdge(layers: readonly Layer[], below: number, random: Random): number | undefined {
  for (let tries = 0; tries < 50; tries += 1) {
    const index = random.below(layers.length);
    if (index !== below && layers[index] === "edge") return index;
  }
  return undefined;
}

/** Of the caller's requests most need few calls, and some need nearly all. */
const share = (random: Random): number =>
  Math.max(0.02, Math.round(random.next() ** 2 * 100) / 100);

function layerOf(index: number, random: Random): Layer {
  // Somewhere requests must come in.
  if (index === 0) return "edge";
  let draw = random.next();
  for (const [layer, part] of PARTS) {
    if (draw < part) return layer;
    draw -= part;
  }
  return "middle";
}

/** Names and namespaces; the sizes of teams differ by a factor of about eight. */
function placesOf(
  count: number,
  random: Random,
): readonly { readonly namespace: string; readonly name: string }[] {
  const places: { namespace: string; name: string }[] = [];
  for (let team = 0; places.length < count; team += 1) {
    const size = Math.max(4, Math.round(SERVICES_A_TEAM * Math.exp(random.next() * 2 - 1.15)));
    const subject = SUBJECTS[team % SUBJECTS.length] ?? "team";
    const round = Math.floor(team / SUBJECTS.length);
    const namespace = round === 0 ? subject : `${subject}-${round + 1}`;
    for (let i = 0; i < size && places.length < count; i += 1) {
      const role = ROLES[i % ROLES.length] ?? "api";
      const number = Math.floor(i / ROLES.length);
      places.push({ namespace, name: `${subject}-${role}${number === 0 ? "" : `-${number + 1}`}` });
    }
  }
  return places;
}
