import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";
import { labelsOf } from "./pods";
import { selectorTakes } from "./webhook-selectors";

type Labels = Readonly<Record<string, string>>;

/** A webhook that injects sidecars. */
export interface InjectionWebhook {
  /** The name of its configuration. */
  readonly configuration: string;
  readonly name: string;
  readonly fields: Field;
}

/** The injection webhooks of the mesh, and which of them would inject the same pod. */
export interface InjectionWebhooks {
  readonly all: readonly InjectionWebhook[];
  /** Sets of at least two that take in the same namespace and pod labels. */
  readonly overlaps: readonly (readonly InjectionWebhook[])[];
}

const REVISION = "istio.io/rev";

/**
 * Injection webhooks: those of configurations with a revision, or with a webhook of Istio's domain.
 * Overlaps are found by trying the labels that injection knows. Reads MutatingWebhookConfiguration.
 * Source: webhook/webhook.go.
 */
export function injectionWebhooks(mesh: MeshView): InjectionWebhooks {
  const all: InjectionWebhook[] = [];
  const revisions = new Set<string>();
  for (const object of mesh.list("MutatingWebhookConfiguration")) {
    const webhooks = new Field(object).at("webhooks").items();
    const own = revisionsOf(labelsOf(object), webhooks);
    const istios = webhooks.some((webhook) => webhook.at("name").text?.endsWith("istio.io"));
    if (own.size === 0 && !istios) continue;
    for (const revision of own) revisions.add(revision);
    for (const fields of webhooks) {
      const name = fields.at("name").text ?? "";
      all.push({ configuration: object.metadata.name, name, fields });
    }
  }
  return { all, overlaps: overlapsOf(all, revisions) };
}

function revisionsOf(labels: Labels, webhooks: readonly Field[]): ReadonlySet<string> {
  const revisions = new Set<string>();
  if (REVISION in labels) revisions.add(labels[REVISION] ?? "");
  for (const webhook of webhooks) {
    for (const part of ["namespaceSelector", "objectSelector"]) {
      const selector = webhook.at(part);
      const { value } = selector.at("matchLabels", REVISION);
      if (typeof value === "string") revisions.add(value);
      for (const expression of selector.at("matchExpressions").items()) {
        if (expression.at("key").text !== REVISION) continue;
        for (const revision of expression.at("values").texts()) revisions.add(revision);
      }
    }
  }
  return revisions;
}

function overlapsOf(
  all: readonly InjectionWebhook[],
  revisions: ReadonlySet<string>,
): readonly (readonly InjectionWebhook[])[] {
  const namespaces = permutations("istio-injection", ["enabled", "disabled"], revisions);
  const pods = permutations("sidecar.istio.io/inject", ["true", "false"], revisions);
  const overlaps = new Map<string, readonly InjectionWebhook[]>();
  for (const namespace of namespaces) {
    const candidates = all.filter(({ fields }) =>
      selectorTakes(fields.at("namespaceSelector"), namespace),
    );
    for (const pod of pods) {
      const taken = candidates.filter(({ fields }) =>
        selectorTakes(fields.at("objectSelector"), pod),
      );
      const byName = new Map(taken.map((webhook) => [webhookKey(webhook), webhook]));
      if (byName.size > 1) overlaps.set([...byName.keys()].join("\n"), [...byName.values()]);
    }
  }
  return [...overlaps.values()];
}

/** `configuration/webhook`. */
export const webhookKey = ({ configuration, name }: InjectionWebhook): string =>
  `${configuration}/${name}`;

function permutations(
  key: string,
  values: readonly string[],
  revisions: ReadonlySet<string>,
): readonly Labels[] {
  const base: readonly Labels[] = [{}, ...values.map((value) => ({ [key]: value }))];
  const revised = [...revisions].flatMap((revision) =>
    base.map((labels) => ({ ...labels, [REVISION]: revision })),
  );
  return [...base, ...revised];
}
