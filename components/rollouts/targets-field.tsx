"use client";

import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { KindTag } from "@/components/ui/kind-tag";
import { Select } from "@/components/ui/select";
import type { Candidate, CandidateRoute } from "@/lib/rollout/candidates";
import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import { objectKeyOf, routeKey } from "./choice";
import { suggestedSpec } from "./rollout-draft";
import { percent } from "./state-words";
import type { Draft } from "./use-draft";

const ALL = "all";

/** The objects that a plan writes, as `objectKeyOf` names them, in its order. */
export function targetKeys(target: unknown, namespace: string): readonly string[] {
  if (!isRecord(target)) return [];
  const one = (kind: string, name: unknown) =>
    typeof name === "string" ? [`${kind} ${namespace}/${name}`] : [];
  const many = (kind: string, list: unknown) =>
    (Array.isArray(list) ? list : []).flatMap((each: unknown) => {
      if (!isRecord(each)) return one(kind, each);
      const own = typeof each["namespace"] === "string" ? each["namespace"] : namespace;
      return typeof each["name"] === "string" ? [`${kind} ${own}/${each["name"]}`] : [];
    });
  return [
    ...one("VirtualService", target["virtualService"]),
    ...many("VirtualService", target["virtualServices"]),
    ...one("HTTPRoute", target["httpRoute"]),
    ...many("HTTPRoute", target["httpRoutes"]),
  ];
}

/** The target that writes all routes of these objects that lead to the stable version. */
export function targetOf(
  objects: readonly CandidateRoute[],
  namespace: string,
  host: string,
): JsonRecord {
  const named = (kind: CandidateRoute["kind"]) =>
    objects
      .filter((each) => each.kind === kind)
      .map(({ object, namespace: own }) => ({
        name: object,
        ...(own === namespace ? {} : { namespace: own }),
      }));
  const services = named("VirtualService");
  const routes = named("HTTPRoute");
  return {
    ...(services.length > 0 ? { virtualServices: services } : {}),
    ...(routes.length > 0 ? { httpRoutes: routes } : {}),
    route: { type: objects[0]?.type ?? "http", all: true },
    host,
  };
}

/** Whose requests an object divides, in words. */
function whose({ kind, gateways }: CandidateRoute): string {
  if (kind === "HTTPRoute") return "requests of what it is attached to";
  if (gateways.length === 0) return "requests that are delegated to it";
  const through = gateways.filter((name) => name !== "mesh");
  const parts = [
    ...(gateways.includes("mesh") ? ["requests inside the mesh"] : []),
    ...(through.length > 0 ? [`requests through ${through.join(", ")}`] : []),
  ];
  return parts.join(" and ");
}

/** Which objects are written: all of them in each step, together. */
export function TargetsField({ draft, candidate }: { draft: Draft; candidate: Candidate }) {
  const { choice, document, form, set } = draft;
  const { route } = choice;
  const namespace = document.metadata.namespace;
  const written = targetKeys(form.at(["target"]), namespace);
  const objects = [...new Map(candidate.routes.map((each) => [objectKeyOf(each), each])).values()];
  const isAll = form.at(["target", "route", "all"]) === true;
  const toggle = (object: CandidateRoute, on: boolean) => {
    const next = objects.filter((each) =>
      each === object ? on : written.includes(objectKeyOf(each)),
    );
    const [only] = next;
    const isSuggested =
      next.length === 1 && only && route && objectKeyOf(only) === objectKeyOf(route);
    form.set(
      ["target"],
      isSuggested ? suggestedSpec(choice)["target"] : targetOf(next, namespace, candidate.host),
    );
  };
  if (!route) return null;
  const own = candidate.routes.filter((each) => objectKeyOf(each) === objectKeyOf(route));
  return (
    <fieldset className="qd-group">
      <legend>What is written</legend>
      {objects.map((object) => {
        const key = objectKeyOf(object);
        const shares = object.destinations
          .filter(({ weight }) => weight > 0)
          .map(({ subset, host, weight }) => `${subset ?? host} ${percent(weight)}`);
        return (
          <Checkbox
            key={key}
            checked={written.includes(key)}
            onChange={(on) => toggle(object, on)}
            label={
              <>
                <KindTag tag={object.kind === "HTTPRoute" ? "HR" : "VS"} kind={object.kind} />{" "}
                {object.namespace}/{object.object}{" "}
                <span className="text-ink-3">
                  {whose(object)}; now {shares.join(", ")}
                </span>
              </>
            }
          />
        );
      })}
      {objects.length > written.length && written.length > 0 ? (
        <p className="qd-note">What is not chosen goes on as it is, whatever the steps say.</p>
      ) : null}
      {written.length === 0 ? (
        <p className="text-xs text-fail-text">{form.problem(["target", "virtualService"])}</p>
      ) : null}
      {written.length === 1 && own.length > 0 ? (
        <Field label="Route">
          {(control) => (
            <Select
              {...control}
              value={isAll ? ALL : routeKey(route)}
              options={[
                ...own.map((each) => ({
                  value: routeKey(each),
                  label: `${routeKey(each)}${each.matches ? ", some requests" : ", all requests"}`,
                })),
                { value: ALL, label: `Every ${route.type} route to the stable version` },
              ]}
              onChange={(key) => {
                if (key === ALL) form.set(["target", "route"], { type: route.type, all: true });
                else void set({ route: key, stable: null, canary: null, plan: {} });
              }}
            />
          )}
        </Field>
      ) : null}
    </fieldset>
  );
}
