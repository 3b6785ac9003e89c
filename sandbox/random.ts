/** A stream of random numbers that depends on its seed alone. */
export interface Random {
  /** The next number in [0, 1). */
  next(): number;
  /** The next integer in [0, `below`). */
  below(below: number): number;
  /** A stream of its own for `name`: equal names of one stream give equal streams, whenever asked. */
  fork(name: string): Random;
}

/** A stream for `seed`, by the public-domain mulberry32 generator. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    below: (below) => Math.floor(next() * below),
    fork: (name) => seededRandom((seed ^ hashText(name)) >>> 0),
  };
}

/** A 32-bit hash of a text (FNV-1a): the same on every machine. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}
