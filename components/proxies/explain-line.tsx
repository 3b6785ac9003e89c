"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Skeleton } from "@/components/ui/skeleton";
import type { Explained, Explanation } from "@/lib/xds/explain/explain";
import { ObjectLink } from "./object-link";

/** What a pasted line of a log means. It stays out of the URL: lines may hold tokens. */
export function ExplainLine() {
  const [text, setText] = useState("");
  const [asked, setAsked] = useState("");
  const trpc = useTRPC();
  const { data, error, refetch } = useQuery(
    trpc.proxies.explain.queryOptions(
      { text: asked },
      { enabled: asked !== "", placeholderData: keepPreviousData },
    ),
  );
  return (
    <div className="mt-2 grid gap-3">
      <form
        className="grid gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(text.trim());
        }}
      >
        <Field
          label="A line of an access log, response flags, or what Envoy said when it refused"
          hint="Istio's own text format and JSON are read; nothing of it is kept."
        >
          {(control) => (
            <textarea
              {...control}
              className="qd-proxies-paste"
              rows={3}
              maxLength={10_000}
              spellCheck={false}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <span>
          <Button type="submit">Explain the line</Button>
        </span>
      </form>
      {asked === "" ? null : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <Meaning explained={data} />
      ) : (
        <Skeleton label="Reading the line" rows={3} />
      )}
    </div>
  );
}

function Meaning({ explained: { form, explanations } }: { explained: Explained }) {
  if (form === "nothing") {
    return (
      <p role="status">
        This is no access-log line, response flag or refusal that is known. Paste a whole line, such
        as one of container istio-proxy.
      </p>
    );
  }
  return (
    <ul className="qd-proxies-walk" aria-label="What it means">
      {explanations.map((each, index) => (
        <Part key={`${each.about} ${index}`} explanation={each} />
      ))}
    </ul>
  );
}

function Part({ explanation }: { explanation: Explanation }) {
  const { about, meaning, cause, next, objects } = explanation;
  return (
    <li>
      <span className="qd-proxies-walk-step font-mono">{about}</span>
      <div>
        <p className="font-strong">{meaning}</p>
        <p className="text-ink-2">Likely: {cause}</p>
        {objects.length > 0 ? (
          <p className="inline-flex flex-wrap gap-x-3">
            {objects.map((object) => (
              <ObjectLink key={`${object.kind}/${object.namespace}/${object.name}`} of={object} />
            ))}
          </p>
        ) : null}
        <p>Next: {next}</p>
      </div>
    </li>
  );
}
