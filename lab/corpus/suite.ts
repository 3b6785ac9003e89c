/** One case that did not come out as recorded. */
export interface Failure {
  readonly id: string;
  readonly why: string;
}

/** How many cases of one kind, code or aspect came out as recorded. */
export interface Tally {
  readonly name: string;
  readonly passed: number;
  readonly total: number;
  /** The share that must come out, from 0 to 1; undefined where only the whole is judged. */
  readonly needed?: number;
}

/** What came of one suite. */
export interface SuiteResult {
  /** Details: a row a kind or code. */
  readonly rows: readonly Tally[];
  /** What the suite is judged by; each has its `needed`. */
  readonly scores: readonly (Tally & { readonly needed: number })[];
  readonly failures: readonly Failure[];
  /** Cases that we answer in another way on purpose, with the reason. They count as passed. */
  readonly deviations: readonly Failure[];
}

/** One part of the corpus, and how it is run. */
export interface Suite {
  readonly name: string;
  /** `corpus` is the folder of the whole corpus. */
  run(corpus: string): SuiteResult | Promise<SuiteResult>;
}

/** Counts cases by name while a suite runs. */
export class Tallies {
  private readonly counts = new Map<string, { passed: number; total: number }>();

  add(name: string, passed: boolean): void {
    const count = this.counts.get(name) ?? { passed: 0, total: 0 };
    this.counts.set(name, {
      passed: count.passed + (passed ? 1 : 0),
      total: count.total + 1,
    });
  }

  rows(): readonly Tally[] {
    return [...this.counts].map(([name, count]) => ({ name, ...count }));
  }

  /** All of them together. */
  sum(name: string, needed: number): Tally & { readonly needed: number } {
    const all = [...this.counts.values()];
    const total = (part: "passed" | "total") => all.reduce((sum, count) => sum + count[part], 0);
    return { name, needed, passed: total("passed"), total: total("total") };
  }
}
