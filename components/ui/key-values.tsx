import { Fragment, type ReactNode } from "react";

/** Facts of one thing, name and value; entries without a value are left out. */
export function KeyValues({
  entries,
}: {
  entries: readonly (readonly [name: string, value: ReactNode])[];
}) {
  return (
    <dl className="qd-kv">
      {entries.map(([name, value]) =>
        value === undefined || value === null ? null : (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </Fragment>
        ),
      )}
    </dl>
  );
}
