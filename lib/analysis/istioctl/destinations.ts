import type { FieldPath } from "@/lib/yaml/field-path";
import type { Field } from "../field";
import type { Subject } from "../rule";

/** A destination of a VirtualService as istioctl walks them. */
export interface IstioctlDestination {
  readonly destination: Field;
  /** Empty where it names none. */
  readonly host: string;
  readonly mirror: boolean;
  /** The field whose line it names. */
  readonly at: FieldPath;
}

/** The destinations of routes, then of mirrors. Source: virtualservice/util.go. */
export function istioctlDestinations({ fields }: Subject): readonly IstioctlDestination[] {
  const spec = fields.at("spec");
  const routes = ["tcp", "tls", "http"].flatMap((list) =>
    spec
      .at(list)
      .items()
      .flatMap((rule) => rule.at("route").items())
      .map((route) => route.at("destination")),
  );
  const mirrors = spec
    .at("http")
    .items()
    .flatMap((rule) => [
      ...(rule.at("mirror").exists
        ? [{ field: rule.at("mirror"), at: rule.at("mirror", "host") }]
        : []),
      ...rule
        .at("mirrors")
        .items()
        // It looks for a host beside `destination`, where there is none: the object's line then.
        .map((mirror) => ({ field: mirror.at("destination"), at: mirror.at("host") })),
    ]);
  return [
    ...routes.map((field) => destination(field, field.at("host"), false)),
    ...mirrors.map(({ field, at }) => destination(field, at, true)),
  ];
}

const destination = (field: Field, at: Field, mirror: boolean): IstioctlDestination => ({
  destination: field,
  host: field.at("host").text ?? "",
  mirror,
  at: at.path,
});
