import { parsePattern, type PatternNode } from "./linear-pattern-syntax";

/**
 * A regular expression in the part of RE2's syntax that nearly all schemas use. It says whether a
 * text contains a match, in time linear in the text, as RE2 does, at a fraction of its start.
 */
export interface LinearPattern {
  /** Whether a text has a match; undefined for texts beyond ASCII, which RE2 has to judge. */
  test(text: string): boolean | undefined;
}

/** The pattern; undefined where it uses what only RE2 knows, or is none at all. */
export function linearPattern(source: string): LinearPattern | undefined {
  const node = parsePattern(source);
  return node && new Automaton(node);
}

/** One step: a set of characters, an anchor, a fork, or the end of a match. */
type Step =
  | { readonly type: "set"; readonly set: Uint8Array; readonly next: number }
  | { readonly type: "begin" | "end"; readonly next: number }
  | { readonly type: "fork"; readonly next: number; other: number }
  | { readonly type: "match" };

/** A set of places in the program, with where each character leads. */
interface State {
  readonly places: readonly number[];
  /** Whether a match ends here. */
  readonly matches: boolean;
  /** Whether one ends here if the text does. */
  readonly matchesAtEnd: boolean;
  readonly next: (State | undefined)[];
}

/** More states than this mean a pattern that is not worth to be kept in tables. */
const MOST_STATES = 500;

class Automaton implements LinearPattern {
  private readonly steps: Step[] = [];
  private readonly start: number;
  private states = new Map<string, State>();
  private first: State | undefined;

  constructor(node: PatternNode) {
    const match = this.add({ type: "match" });
    this.start = this.compile(node, match);
  }

  test(text: string): boolean | undefined {
    let state = (this.first ??= this.stateOf([this.start], true));
    for (let at = 0; at < text.length; at++) {
      if (state.matches) return true;
      const code = text.charCodeAt(at);
      if (code > 127) return undefined;
      state = state.next[code] ??= this.after(state, code);
    }
    return state.matches || state.matchesAtEnd;
  }

  private add(step: Step): number {
    return this.steps.push(step) - 1;
  }

  /** Adds what matches `node` and then goes on at `next`; its first place. */
  private compile(node: PatternNode, next: number): number {
    switch (node.type) {
      case "set":
        return this.add({ type: "set", set: node.set, next });
      case "begin":
      case "end":
        return this.add({ type: node.type, next });
      case "all":
        return node.parts.reduceRight((behind, part) => this.compile(part, behind), next);
      case "any":
        return node.parts
          .map((part) => this.compile(part, next))
          .reduceRight((other, one) => this.add({ type: "fork", next: one, other }));
      case "repeat":
        return this.repeat(node, next);
    }
  }

  private repeat(
    { part, least, most }: Extract<PatternNode, { type: "repeat" }>,
    next: number,
  ): number {
    let from = next;
    if (most === undefined) {
      const fork = { type: "fork" as const, next, other: next };
      from = this.add(fork);
      fork.other = this.compile(part, from);
    } else {
      for (let count = least; count < most; count++) {
        from = this.add({ type: "fork", next, other: this.compile(part, from) });
      }
    }
    for (let count = 0; count < least; count++) from = this.compile(part, from);
    return from;
  }

  private after({ places }: State, code: number): State {
    const next = places.flatMap((place) => {
      const step = this.steps[place];
      return step?.type === "set" && step.set[code] === 1 ? [step.next] : [];
    });
    // A match may begin at any character.
    return this.stateOf([...next, this.start], false);
  }

  private stateOf(from: readonly number[], isBegin: boolean): State {
    const places = this.closure(from, { isBegin, isEnd: false });
    const key = places.join();
    const known = this.states.get(key);
    if (known) return known;
    const atEnd = this.closure(from, { isBegin, isEnd: true });
    const state: State = {
      places,
      matches: this.holdMatch(places),
      matchesAtEnd: this.holdMatch(atEnd),
      next: [],
    };
    if (this.states.size >= MOST_STATES) {
      this.states = new Map();
      this.first = undefined;
    }
    this.states.set(key, state);
    return state;
  }

  private holdMatch(places: readonly number[]): boolean {
    return places.some((place) => this.steps[place]?.type === "match");
  }

  /** All places that are reached without a character. */
  private closure(
    from: readonly number[],
    { isBegin, isEnd }: { readonly isBegin: boolean; readonly isEnd: boolean },
  ): readonly number[] {
    const seen = new Set<number>();
    const open = [...from];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (seen.has(place)) continue;
      seen.add(place);
      const step = this.steps[place];
      if (step?.type === "fork") open.push(step.next, step.other);
      if (step?.type === "begin" && isBegin) open.push(step.next);
      if (step?.type === "end" && isEnd) open.push(step.next);
    }
    return [...seen].sort((a, b) => a - b);
  }
}
