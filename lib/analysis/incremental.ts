import { groupBy } from "@/lib/base/group-by";
import type { KindId } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import { type ObjectChange, ownerOf } from "@/lib/mesh/mesh-index";
import { changesBetween, type MeshView, meshView } from "@/lib/mesh/view";
import { discoveredView } from "./discovery";
import { checkObject, isVisited, rulesByKind } from "./engine";
import { compareFindings, findingKey, type ObjectFinding } from "./finding";
import { Reader, type Recorded, Source, Sources } from "./recorder";
import type { Rule, Subject } from "./rule";
import { subjectOf } from "./subject";

/** One rule on one object: what it found, and what it read for that. */
class Check extends Reader {
  readonly kind: KindId;
  readonly object: KubeObject;
  findings: readonly ObjectFinding[] = [];

  // The subject is not kept: what it has read of its object would take much memory.
  constructor(
    mesh: Recorded,
    public rule: Rule,
    { kind, object }: Subject,
  ) {
    super(mesh);
    this.kind = kind;
    this.object = object;
  }

  /** Runs a rule on the object. Only a check that does not count yet may run again. */
  run(rule: Rule, subject: Subject): void {
    this.rule = rule;
    this.findings = checkObject(rule, subject, this);
  }

  /** Whether it may ever find something: what read nothing and found nothing stays so. */
  get counts(): boolean {
    return this.hasRead || this.findings.length > 0;
  }
}

/** What was derived from the mesh. Its readers go stale with it. */
class Fact<T> extends Reader {
  readonly source = new Source();
  private known: { readonly value: T } | undefined;

  constructor(
    mesh: Recorded,
    readonly compute: (mesh: MeshView) => T,
  ) {
    super(mesh);
  }

  value(): T {
    this.known ??= { value: this.compute(this) };
    return this.known.value;
  }
}

/**
 * The findings of a mesh, kept up to date: each check notes what it reads, and runs again when
 * that changes. The result is that of a full run; the cost is that of what depends on the change.
 */
export class IncrementalAnalysis implements Recorded {
  readonly sources = new Sources();
  private readonly rules: ReadonlyMap<KindId, readonly Rule[]>;
  private readonly facts = new Map<unknown, Fact<unknown>>();
  /** Those that count, by object. */
  private readonly checks = new Map<string, readonly Check[]>();
  private given = meshView([]);
  /** What istiod sees of it. */
  private seen = this.given;
  private sorted: readonly ObjectFinding[] = [];

  constructor(rules: readonly Rule[]) {
    this.rules = rulesByKind(rules);
  }

  /** The snapshot that the findings are of. */
  get view(): MeshView {
    return this.given;
  }

  /** What the checks read: all that istiod sees. */
  get read(): MeshView {
    return this.seen;
  }

  /** All findings, worst first, suppressed ones among them. The same list while none changes. */
  get findings(): readonly ObjectFinding[] {
    return this.sorted;
  }

  fact<T>(compute: (mesh: MeshView) => T): Fact<T> {
    const known = this.facts.get(compute);
    if (known) return known as Fact<T>;
    const made = new Fact(this, compute);
    this.facts.set(compute, made);
    return made;
  }

  /** Goes over to another snapshot. */
  update(view: MeshView): void {
    const seen = discoveredView(view);
    const changes = changesBetween(this.seen, seen);
    const stale = this.dependents(changes, seen);
    this.given = view;
    this.seen = seen;
    for (const fact of stale.facts) {
      fact.isForgotten = true;
      this.facts.delete(fact.compute);
    }
    const gone = new Set<ObjectFinding>();
    const added: ObjectFinding[] = [];
    const forget = (check: Check): void => {
      check.isForgotten = true;
      for (const finding of check.findings) gone.add(finding);
    };
    for (const { kind, before, after } of changes) {
      const object = before ?? after;
      if (!object) continue;
      const key = ownerOf(kind, object);
      for (const check of this.checks.get(key) ?? []) {
        stale.checks.delete(check);
        forget(check);
      }
      const subject = after && subjectOf(after, kind);
      const checks = subject ? this.checkAll(subject, this.rules.get(kind) ?? []) : [];
      for (const { findings } of checks) added.push(...findings);
      this.keep(key, checks);
    }
    for (const [object, checks] of groupBy(stale.checks, (check) => check.object)) {
      const [first] = checks;
      const subject = first && subjectOf(object, first.kind);
      if (!subject) continue;
      for (const check of checks) forget(check);
      const again = this.checkAll(
        subject,
        checks.map(({ rule }) => rule),
      );
      for (const { findings } of again) added.push(...findings);
      const key = ownerOf(subject.kind, object);
      const others = this.checks.get(key)?.filter(({ isForgotten }) => !isForgotten) ?? [];
      this.keep(key, [...others, ...again]);
    }
    if (gone.size === 0 && added.length === 0) return;
    const kept = gone.size === 0 ? this.sorted : this.sorted.filter((one) => !gone.has(one));
    this.sorted = merged(kept, added.sort(compareFindings));
  }

  /**
   * The findings of other objects that a draft brings about, worst first. Nothing is kept.
   * @param view `this.view` with the draft laid over it
   */
  arising(view: MeshView): readonly ObjectFinding[] {
    const seen = discoveredView(view);
    const changes = changesBetween(this.seen, seen);
    const own = new Set(changes.flatMap(({ before, after }) => [before, after]));
    return [...this.dependents(changes, seen).checks]
      .filter(({ object }) => !own.has(object))
      .flatMap(({ rule, kind, object, findings }) => {
        const before = new Set(findings.map(findingKey));
        const subject = subjectOf(object, kind);
        const now = subject ? checkObject(rule, subject, seen) : [];
        return now.filter((one) => !before.has(findingKey(one)));
      })
      .sort(compareFindings);
  }

  private checkAll(subject: Subject, rules: readonly Rule[]): readonly Check[] {
    const checks: Check[] = [];
    if (!isVisited(subject)) return checks;
    // Most checks read nothing and find nothing: one stands for all of these in turn.
    let check: Check | undefined;
    for (const rule of rules) {
      check ??= new Check(this, rule, subject);
      check.run(rule, subject);
      if (!check.counts) continue;
      checks.push(check);
      check = undefined;
    }
    return checks;
  }

  private keep(key: string, checks: readonly Check[]): void {
    if (checks.length > 0) this.checks.set(key, checks);
    else this.checks.delete(key);
  }

  /** Who read what the changes touch, by themselves or through facts. */
  private dependents(changes: readonly ObjectChange[], to: MeshView) {
    const checks = new Set<Check>();
    const facts = new Set<Fact<unknown>>();
    const visit = (source: Source): void => {
      for (const reader of source.readers()) {
        if (reader instanceof Check) checks.add(reader);
        else if (reader instanceof Fact && !facts.has(reader)) {
          facts.add(reader);
          visit(reader.source);
        }
      }
    };
    for (const source of this.sources.touched(changes, { from: this.seen, to })) visit(source);
    return { checks, facts };
  }
}

/** Two sorted lists as one. */
function merged(
  a: readonly ObjectFinding[],
  b: readonly ObjectFinding[],
): readonly ObjectFinding[] {
  const list: ObjectFinding[] = [];
  let at = 0;
  for (const finding of a) {
    for (let next = b[at]; next && compareFindings(next, finding) < 0; next = b[++at]) {
      list.push(next);
    }
    list.push(finding);
  }
  return [...list, ...b.slice(at)];
}
