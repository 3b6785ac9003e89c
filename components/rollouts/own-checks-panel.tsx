"use client";

import { Plus, Trash2 } from "lucide-react";
import { useId } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { formatNumber } from "@/components/ui/format";
import { Icon } from "@/components/ui/icon";
import { Panel } from "@/components/ui/panel";
import { Status } from "@/components/ui/status";
import type { FieldPath } from "@/lib/yaml/field-path";
import { CheckAt, ChoiceAt, NumberAt, TextAt } from "./plan-fields";
import type { PlanForm } from "./plan-form";
import type { TriedQueries } from "./use-rollouts";

const EXAMPLE =
  'sum(rate(istio_requests_total{reporter="source",destination_service="{{canaryHost}}",destination_canonical_revision=~"{{canary}}",response_code="429"}[{{window}}]))';

/** What webhooks are for; only the first gives a number with limits. */
const HOOKS = {
  rollout: "a number at each check",
  "pre-rollout": "yes before the start",
  "confirm-rollout": "confirms the start",
  "confirm-traffic-increase": "confirms more traffic",
  "confirm-promotion": "confirms the end",
  rollback: "asks for a rollback",
  "post-rollout": "is told of the end",
  event: "is told of everything",
} as const;

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const COUNTS = { cumulative: "all failures", consecutive: "failures in a row" } as const;

/** Numbers beside requests and durations: from PromQL of one's own, and from whoever is asked over HTTP. */
export function OwnChecksPanel({
  form,
  readings,
}: {
  form: PlanForm;
  readings: TriedQueries | undefined;
}) {
  const metrics = listOf(form.at(["analysis", "metrics"]));
  const webhooks = listOf(form.at(["analysis", "webhooks"]));
  const add = (name: "metrics" | "webhooks", list: readonly unknown[], entry: object) =>
    form.set(["analysis", name], [...list, entry]);
  return (
    <Panel title="Own checks" note="further numbers that must stay within limits">
      {metrics.map((_, index) => (
        <OwnCheck
          key={index}
          form={form}
          path={["analysis", "metrics", index]}
          title={`Query ${index + 1}`}
        >
          <QueryField form={form} path={["analysis", "metrics", index, "query"]} />
          <Tried reading={readings?.[index]} />
        </OwnCheck>
      ))}
      {webhooks.map((_, index) => (
        <OwnCheck
          key={index}
          form={form}
          path={["analysis", "webhooks", index]}
          title={`Webhook ${index + 1}`}
          isNumber={["rollout", undefined, ""].includes(
            form.text(["analysis", "webhooks", index, "type"]),
          )}
        >
          <div className="qd-field-row">
            <ChoiceAt
              form={form}
              path={["analysis", "webhooks", index, "type"]}
              label="Is for"
              words={HOOKS}
              otherwise="rollout"
            />
            <TextAt
              form={form}
              path={["analysis", "webhooks", index, "url"]}
              label="URL"
              hint={
                'It is sent the versions and the window. A number is answered as {"value": 1.5}, yes by status 200 to 202.'
              }
              required
            />
            <NumberAt
              form={form}
              path={["analysis", "webhooks", index, "timeout"]}
              label="Waits at most, s"
              placeholder={10}
            />
          </div>
        </OwnCheck>
      ))}
      <div className="flex flex-wrap gap-2">
        <Button
          variant="quiet"
          icon={<Icon of={Plus} />}
          onClick={() =>
            add("metrics", metrics, { name: `query-${metrics.length + 1}`, query: EXAMPLE, max: 1 })
          }
        >
          Add a PromQL query
        </Button>
        <Button
          variant="quiet"
          icon={<Icon of={Plus} />}
          onClick={() =>
            add("webhooks", webhooks, { name: `webhook-${webhooks.length + 1}`, url: "", max: 1 })
          }
        >
          Add a webhook
        </Button>
      </div>
    </Panel>
  );
}

function OwnCheck({
  form,
  path,
  title,
  isNumber = true,
  children,
}: {
  form: PlanForm;
  path: FieldPath;
  title: string;
  /** Whether it has limits. */
  isNumber?: boolean;
  children: React.ReactNode;
}) {
  const own = (name: string): FieldPath => [...path, name];
  return (
    <fieldset className="qd-group">
      <legend>{title}</legend>
      {children}
      <div className="qd-field-row">
        <TextAt form={form} path={own("name")} label="Name" required />
        {isNumber || form.at(own("min")) !== undefined || form.at(own("max")) !== undefined ? (
          <Limits form={form} own={own} />
        ) : null}
      </div>
      {form.problem(path) ? <p className="text-xs text-fail-text">{form.problem(path)}</p> : null}
      <Button
        variant="quiet"
        size="small"
        icon={<Icon of={Trash2} />}
        onClick={() => form.set(path, undefined)}
      >
        Remove {title.toLowerCase()}
      </Button>
    </fieldset>
  );
}

/** Between which values a number passes, and how its failures count. */
function Limits({ form, own }: { form: PlanForm; own: (name: string) => FieldPath }) {
  return (
    <>
      <NumberAt form={form} path={own("min")} label="At least" />
      <NumberAt form={form} path={own("max")} label="At most" />
      <NumberAt
        form={form}
        path={own("failureLimit")}
        label="Rolls back alone at failure"
        placeholder="–"
      />
      <ChoiceAt
        form={form}
        path={own("failures")}
        label="Counted are"
        words={COUNTS}
        otherwise="cumulative"
      />
      <NumberAt form={form} path={own("initialDelay")} label="From, s of a step" placeholder={0} />
      <CheckAt form={form} path={own("dryRun")} label="only shown, decides nothing" />
    </>
  );
}

function QueryField({ form, path }: { form: PlanForm; path: FieldPath }) {
  const id = useId();
  return (
    <div className="mb-3">
      <Field
        label="PromQL that gives one number"
        error={form.problem(path)}
        hint={
          <span id={id}>
            {
              "{{canary}} and {{stable}} are the versions as a regular expression, {{canaryHost}} and {{stableHost}} their hosts, {{window}} the time since the last check"
            }
          </span>
        }
      >
        {(control) => (
          <textarea
            {...control}
            className="qd-textarea"
            rows={3}
            spellCheck={false}
            value={form.text(path)}
            onChange={({ target }) => form.set(path, target.value)}
          />
        )}
      </Field>
    </div>
  );
}

/** What the query gives now: for the canary, and for the stable version in its place. */
function Tried({ reading }: { reading: TriedQueries[number] | undefined }) {
  if (!reading) {
    return <p className="qd-note mb-3">Tried as soon as the plan can be read.</p>;
  }
  const { canary, stable, problem } = reading;
  if (problem) {
    return (
      <p className="mb-3">
        <Status status={problem.refused ? "fail" : "unknown"} label={problem.message} />
      </p>
    );
  }
  const text = (of: typeof canary) =>
    of?.problem ? of.problem.message : formatNumber(of?.value ?? null, 2);
  const isAmbiguous = [canary, stable].some((of) => of?.problem?.kind === "ambiguous");
  const status = isAmbiguous ? "fail" : canary?.problem ? "unknown" : "ok";
  return (
    <p className="mb-3">
      <Status status={status} label={`Now ${text(canary)}`} />; with the stable version in its place{" "}
      {text(stable)}.
    </p>
  );
}
