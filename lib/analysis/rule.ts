import type { KindId, ObjectRef } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import type { FieldEdit } from "@/lib/yaml/edit";
import type { FieldPath } from "@/lib/yaml/field-path";
import type { Field } from "./field";

/** How bad it is: an Error breaks traffic or is refused, a Warning misleads, an Info is a hint. */
export type Level = "Error" | "Warning" | "Info";

/** A change that mends a finding, in the document that has it. */
export interface Fix {
  /** A verb and its object: `Use v1`. */
  readonly title: string;
  readonly edits: readonly FieldEdit[];
}

/** Another object that has part in a finding. */
export interface Related extends ObjectRef {
  readonly message: string;
}

/** What `istioctl analyze` prints for a report. */
export interface IstioctlReport {
  /** Its sentence, letter by letter. */
  readonly message: string;
  /** The field whose line it names where the text has a scalar there; else it names the object's. */
  readonly at?: FieldPath;
  /** Which of the rule's analyzers say so; all where absent. */
  readonly analyzers?: readonly string[];
}

/** How `istioctl analyze` has a rule. */
export interface IstioctlReading {
  /** Its analyzers that say so. */
  readonly analyzers: readonly string[];
  /** Whether it runs only when asked for by name. */
  readonly optional?: boolean;
  /** Where it reads a mesh otherwise than we do; else it says what the reports of the rule's own check carry. */
  check?(subject: Subject, mesh: MeshView): Iterable<IstioctlReport>;
}

/** What a rule says of one place. The engine adds code, level, object and position. */
export interface Report {
  readonly path: FieldPath;
  /** One or two sentences: the fact with its names, then what it does to traffic. */
  readonly message: string;
  /** Where this place is less bad than the rule's level says. */
  readonly level?: Level;
  readonly related?: readonly Related[];
  /** A function where they cost more than a look: they are asked for in drafts alone. */
  readonly fixes?: readonly Fix[] | (() => readonly Fix[]);
  /** Absent where istioctl does not say so. */
  readonly istioctl?: IstioctlReport;
}

/** The object that a rule looks at; a draft may lack any field. */
export interface Subject extends ObjectRef {
  readonly object: KubeObject;
  readonly fields: Field;
  /** `compute(this)`, computed once however many rules ask. Pass a function that is defined once. */
  derive<T>(compute: (subject: Subject) => T): T;
}

/** One rule: one file in `rules/`, called like its id. */
export interface Rule {
  /** Kebab-case, equal to the file's name, never reused: users suppress by it. States the defect. */
  readonly id: string;
  /** `IST0101` and the like; one of ours (`QD…`) where istioctl has no such rule. */
  readonly code: string;
  /** Codes of the same rule elsewhere (`KIA1101`). */
  readonly aliases: readonly string[];
  readonly level: Level;
  /** It runs only where it is asked for, by a policy or by name. */
  readonly optional?: boolean;
  /** The kinds whose objects `check` visits, one object at a time. */
  readonly kinds: readonly KindId[];
  /** The kinds that `check` looks up in the mesh; a change of one of them re-runs the rule. */
  readonly reads: readonly KindId[];
  readonly title: string;
  /** What it does to traffic, and why. */
  readonly why: string;
  /** What to do about it. */
  readonly fix: string;
  /** YAML that is shown in the explanation and run as the rule's first test. */
  readonly examples: {
    readonly bad: string;
    readonly good: string;
    /** What another cluster of the mesh holds, for rules that compare clusters. */
    readonly otherCluster?: string;
  };
  /** Absent where istioctl has no such rule. */
  readonly istioctl?: IstioctlReading;
  /**
   * Pure, and total over drafts. What is true of the whole mesh comes from `mesh.derive`, so that
   * a rule costs the same for each subject, however large the mesh.
   */
  check(subject: Subject, mesh: MeshView): Iterable<Report>;
}

/** Types a rule where it is written. */
export const defineRule = (rule: Rule): Rule => rule;
