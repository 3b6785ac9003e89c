"use client";

import { useState } from "react";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { TextField } from "@/components/ui/text-field";
import type { FieldPath } from "@/lib/yaml/field-path";
import { labelsText, type PlanForm, readLabels } from "./plan-form";

interface At {
  readonly form: PlanForm;
  readonly path: FieldPath;
  readonly label: string;
  readonly hint?: string | undefined;
}
const hinted = (hint: string | undefined) => (hint === undefined ? {} : { hint });

/** A number; an empty field takes it away, or leaves null where something must stand. */
export function NumberAt({
  form,
  path,
  label,
  hint,
  placeholder,
  required = false,
}: At & { placeholder?: number | string; required?: boolean }) {
  return (
    <TextField
      label={label}
      type="number"
      step="any"
      inputMode="decimal"
      placeholder={placeholder === undefined ? undefined : String(placeholder)}
      value={form.number(path) ?? ""}
      error={form.problem(path)}
      {...hinted(hint)}
      onChange={({ target }) => {
        const nothing = required ? null : undefined;
        form.set(path, target.value === "" ? nothing : Number(target.value));
      }}
    />
  );
}

/** A line of text; an empty field takes it away, or stays empty where something must stand. */
export function TextAt({
  form,
  path,
  label,
  hint,
  placeholder,
  required = false,
  list,
}: At & { placeholder?: string; required?: boolean; list?: string }) {
  return (
    <TextField
      label={label}
      mono
      placeholder={placeholder}
      list={list}
      value={form.text(path)}
      error={form.problem(path)}
      {...hinted(hint)}
      onChange={({ target }) =>
        form.set(path, target.value === "" && !required ? undefined : target.value)
      }
    />
  );
}

/** One of a few words. The default is written only where the plan says otherwise. */
export function ChoiceAt<Value extends string>({
  form,
  path,
  label,
  hint,
  words,
  otherwise,
}: At & { words: Readonly<Record<Value, string>>; otherwise: NoInfer<Value> }) {
  const value = form.at(path);
  const known = Object.entries<string>(words) as [Value, string][];
  const chosen = known.find(([each]) => each === value)?.[0] ?? otherwise;
  return (
    <Field label={label} error={form.problem(path)} {...hinted(hint)}>
      {(control) => (
        <Select
          {...control}
          value={chosen}
          options={known.map(([each, word]) => ({ value: each, label: word }))}
          onChange={(next) => form.set(path, next === otherwise ? undefined : next)}
        />
      )}
    </Field>
  );
}

/** Something that is off unless the plan says so. */
export function CheckAt({ form, path, label }: At) {
  return (
    <Checkbox
      label={label}
      checked={form.at(path) === true}
      onChange={(on) => form.set(path, on || undefined)}
    />
  );
}

/** Labels in one line. What is typed stays as it is until it says something else. */
export function LabelsAt({ form, path, label, hint }: At) {
  // No labels at all are told as a fault: the field stays, so that it does not go away while typing.
  const own = labelsText(form.at(path));
  const [typed, setTyped] = useState(own);
  const shown = labelsText(readLabels(typed)) === own ? typed : own;
  return (
    <TextField
      label={label}
      mono
      placeholder="version=v2"
      value={shown}
      error={form.problem(path)}
      {...hinted(hint)}
      onChange={({ target }) => {
        setTyped(target.value);
        form.set(path, readLabels(target.value) ?? {});
      }}
    />
  );
}
