"use client";

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { formatNumber } from "@/components/ui/format";
import { SearchField } from "@/components/ui/search-field";
import { Select } from "@/components/ui/select";
import { LOG_LEVELS, type LogLevel } from "@/lib/xds/log-levels/log-level";
import type { LoggingTarget } from "./logging-target";

const LENGTHS = [
  { value: "10", label: "10 seconds" },
  { value: "60", label: "1 minute" },
  { value: "300", label: "5 minutes" },
  { value: "900", label: "15 minutes" },
  { value: "3600", label: "1 hour" },
  { value: "28800", label: "8 hours" },
] as const;

/** Sets the chosen loggers to a level, for as long as is said. */
export function SetLevels({
  target,
  chosen,
  mayNot,
  find,
  onFind,
  onDone,
}: {
  target: LoggingTarget;
  /** The loggers that are set: those that are picked, or all that are shown. */
  chosen: readonly LogLevel[];
  mayNot: string | undefined;
  find: string;
  onFind: (text: string) => void;
  onDone: () => void;
}) {
  const trpc = useTRPC();
  const [level, setLevel] = useState<string>("debug");
  const [length, setLength] = useState<(typeof LENGTHS)[number]["value"]>("300");
  const change = useMutation(trpc.logLevels.set.mutationOptions({ onSuccess: onDone }));
  const word = target.program === "envoy" ? "logger" : "scope";
  const [only] = chosen;
  const whom = chosen.length === 1 && only ? only.name : `${formatNumber(chosen.length)} ${word}s`;
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap items-end gap-3">
        <SearchField
          className="min-w-[200px] flex-1"
          label={`Filter ${word}s`}
          placeholder="Name"
          mono
          value={find}
          onChange={onFind}
        />
        <Field label="Level">
          {(control) => (
            <Select
              {...control}
              value={level}
              options={LOG_LEVELS[target.program].map((value) => ({ value, label: value }))}
              onChange={setLevel}
            />
          )}
        </Field>
        <Field label="For">
          {(control) => (
            <Select {...control} value={length} options={LENGTHS} onChange={setLength} />
          )}
        </Field>
        <Button
          variant="primary"
          pending={change.isPending}
          disabledReason={mayNot ?? (chosen.length === 0 ? `No ${word} is chosen` : undefined)}
          onClick={() =>
            change.mutate({
              ...target,
              levels: Object.fromEntries(chosen.map(({ name }) => [name, level])),
              seconds: Number(length),
            })
          }
        >
          Set {whom} to {level}
        </Button>
        <CopyButton text={istioctl(target, chosen, level)} label="Copy as istioctl" />
      </div>
      <p className="qd-note">
        Tick {word}s to set only those. The levels go back by themselves, even if Quarterdeck is
        restarted meanwhile; levels that somebody else sets in between stay.
        {level === "debug" || level === "trace"
          ? " A busy program writes very much at this level."
          : ""}
      </p>
      {change.error ? <ErrorState error={change.error} /> : null}
    </div>
  );
}

function istioctl(
  { program, namespace, name }: LoggingTarget,
  chosen: readonly LogLevel[],
  level: string,
): string {
  const levels = chosen.map((logger) => `${logger.name}:${level}`).join(",");
  return program === "envoy"
    ? `istioctl proxy-config log ${name}.${namespace} --level ${levels}`
    : `istioctl admin log ${name} -n ${namespace} --level ${levels}`;
}
