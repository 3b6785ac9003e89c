import type { KindId } from "@/lib/istio/kinds";
import { type KubeObject, objectKey } from "@/lib/k8s/object";
import type { ObjectChange } from "@/lib/mesh/mesh-index";
import { changesBetween, type MeshView, meshView } from "@/lib/mesh/view";
import { checkObject, rulesByKind } from "./engine";
import { compareFindings, findingKey, type ObjectFinding } from "./finding";
import { forget, type Reader, type Recorded, Recorder, Source, Sources } from "./recorder";
import type { Rule, Subject } from "./rule";
import { subjectOf } from "./subject";

/** One rule on one object: what it found, and what it read for that. */
class Check implements Reader {
  reads: Source[] | undefined;
  findings: readonly ObjectFinding[] = [];

  constructor(
    readonly rule: Rule,
    readonly subject: Subject,
  ) {}

  run(mesh: Recorded): void {
    this.findings = checkObject(this.rule, this.subject, new Recorder(mesh, this));
  }
}

/** What was derived from the mesh. Its readers go stale with it. */
class Fact<T> implements Reader {
  reads: Source[] | undefined;
  readonly source = new Source();
  private known: { readonly value: T } | undefined;

  constructor(
    readonly compute: (mesh: MeshView) => T,
    private readonly mesh: Recorded,
  ) {}

  value(): T {
    this.known ??= { value: this.compute(new Recorder(this.mesh, this)) };
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
  /** By object. A check that read nothing and found nothing is not kept: it stays so. */
  private readonly checks = new Map<string, readonly Check[]>();
  private current = meshView([]);
  private sorted: readonly ObjectFinding[] = [];

  constructor(rules: readonly Rule[]) {
    this.rules = rulesByKind(rules);
  }

  /** The snapshot that the findings are of. */
  get view(): MeshView {
    return this.current;
  }

  /** All findings, worst first, suppressed ones among them. The same list while none changes. */
  get findings(): readonly ObjectFinding[] {
    return this.sorted;
  }

  fact<T>(compute: (mesh: MeshView) => T): Fact<T> {
    const known = this.facts.get(compute);
    if (known) return known as Fact<T>;
    const made = new Fact(compute, this);
    this.facts.set(compute, made);
    return made;
  }

  /** Goes over to another snapshot. */
  update(view: MeshView): void {
    const changes = changesBetween(this.current, view);
    const stale = this.dependents(changes, view);
    this.current = view;
    for (const fact of stale.facts) {
      forget(fact);
      this.facts.delete(fact.compute);
    }
    const gone = new Set<ObjectFinding>();
    const added: ObjectFinding[] = [];
    for (const { kind, before, after } of changes) {
      const object = before ?? after;
      if (!object) continue;
      const key = `${kind} ${objectKey(object)}`;
      for (const check of this.checks.get(key) ?? []) {
        stale.checks.delete(check);
        forget(check);
        for (const finding of check.findings) gone.add(finding);
      }
      this.checks.delete(key);
      const checks = after ? this.checkAll(kind, after) : [];
      if (checks.length > 0) this.checks.set(key, checks);
      for (const { findings } of checks) added.push(...findings);
    }
    for (const check of stale.checks) {
      forget(check);
      for (const finding of check.findings) gone.add(finding);
      check.run(this);
      added.push(...check.findings);
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
    const changes = changesBetween(this.current, view);
    const own = new Set(changes.flatMap(({ before, after }) => [before, after]));
    return [...this.dependents(changes, view).checks]
      .filter(({ subject }) => !own.has(subject.object))
      .flatMap(({ rule, subject, findings }) => {
        const before = new Set(findings.map(findingKey));
        return checkObject(rule, subject, view).filter((one) => !before.has(findingKey(one)));
      })
      .sort(compareFindings);
  }

  private checkAll(kind: KindId, object: KubeObject): readonly Check[] {
    const subject = subjectOf(object);
    if (!subject) return [];
    const checks = (this.rules.get(kind) ?? []).map((rule) => new Check(rule, subject));
    for (const check of checks) check.run(this);
    return checks.filter(({ reads, findings }) => reads !== undefined || findings.length > 0);
  }

  /** Who read what the changes touch, by themselves or through facts. */
  private dependents(changes: readonly ObjectChange[], to: MeshView) {
    const checks = new Set<Check>();
    const facts = new Set<Fact<unknown>>();
    const visit = (source: Source): void => {
      for (const reader of source.readers) {
        if (reader instanceof Check) checks.add(reader);
        else if (reader instanceof Fact && !facts.has(reader)) {
          facts.add(reader);
          visit(reader.source);
        }
      }
    };
    for (const source of this.sources.touched(changes, { from: this.current, to })) visit(source);
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
