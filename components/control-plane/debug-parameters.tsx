"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "@/components/trpc/client";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { TextField } from "@/components/ui/text-field";
import { DUMP_TYPES, type DebugPage } from "@/lib/xds/debug/pages";
import type { ControlPlaneState, SetControlPlaneState } from "./use-control-plane-state";

/** Which istiod is asked, and what the page can be asked with. */
export function DebugParameters({
  page,
  state,
  setState,
}: {
  page: DebugPage;
  state: ControlPlaneState;
  setState: SetControlPlaneState;
}) {
  const trpc = useTRPC();
  const { data: istiods = [] } = useQuery(
    trpc.controlPlane.istiods.queryOptions(undefined, { meta: { live: ["mesh:Pod"] } }),
  );
  const names = [...new Set([...istiods.map(({ name }) => name), state.istiod].filter(Boolean))];
  return (
    <div className="qd-debug-parameters">
      <Field label="istiod">
        {(control) => (
          <Select
            {...control}
            options={[
              { value: "", label: "the first that can answer" },
              ...names.map((name) => ({ value: name, label: name })),
            ]}
            value={state.istiod}
            onChange={(istiod) => void setState({ istiod })}
          />
        )}
      </Field>
      {page.parameters.map(({ name, value, required }) =>
        value === "flag" ? (
          <Checkbox
            key={name}
            label={name}
            checked={state.flag}
            onChange={(flag) => void setState({ flag })}
          />
        ) : value === "types" ? (
          <fieldset key={name} className="qd-debug-types">
            <legend>types</legend>
            {DUMP_TYPES.map((type) => (
              <Checkbox
                key={type}
                label={type}
                checked={state.types.includes(type)}
                onChange={(on) =>
                  void setState({
                    types: DUMP_TYPES.filter((each) =>
                      each === type ? on : state.types.includes(each),
                    ),
                  })
                }
              />
            ))}
          </fieldset>
        ) : (
          <Asked
            key={`${name} ${value === "proxy" ? state.proxy : state.namespace}`}
            label={required ? name : `${name}, optional`}
            placeholder={value === "proxy" ? "pod.namespace" : "all"}
            value={value === "proxy" ? state.proxy : state.namespace}
            onAsk={(text) =>
              void setState(value === "proxy" ? { proxy: text } : { namespace: text })
            }
          />
        ),
      )}
    </div>
  );
}

/** istiod is asked when the text is complete: at Enter, or when the field is left. */
function Asked({
  label,
  placeholder,
  value,
  onAsk,
}: {
  label: string;
  placeholder: string;
  value: string;
  onAsk: (text: string) => void;
}) {
  const [text, setText] = useState(value);
  const ask = () => {
    if (text.trim() !== value) onAsk(text.trim());
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <TextField
        mono
        label={label}
        placeholder={placeholder}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={ask}
      />
    </form>
  );
}
