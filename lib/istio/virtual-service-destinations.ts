import type { Destination, VirtualServiceSpec } from "./virtual-service";

/** One destination of a VirtualService, and the field that names it. */
export interface SourcedDestination {
  /** `spec.http[0].route[1].destination`, `spec.http[0].mirror`, … */
  readonly path: string;
  readonly destination: Destination;
}

/** Every place that a VirtualService sends requests or copies of them to. */
export function* destinationsOf(spec: VirtualServiceSpec): Generator<SourcedDestination> {
  for (const [i, http] of (spec.http ?? []).entries()) {
    yield* ofRoutes(http.route, `spec.http[${i}]`);
    if (http.mirror) yield { path: `spec.http[${i}].mirror`, destination: http.mirror };
    for (const [j, { destination }] of (http.mirrors ?? []).entries()) {
      if (destination) yield { path: `spec.http[${i}].mirrors[${j}].destination`, destination };
    }
  }
  for (const kind of ["tls", "tcp"] as const) {
    for (const [i, { route }] of (spec[kind] ?? []).entries()) {
      yield* ofRoutes(route, `spec.${kind}[${i}]`);
    }
  }
}

function* ofRoutes(
  routes: readonly { readonly destination?: Destination }[] | undefined,
  path: string,
): Generator<SourcedDestination> {
  for (const [i, { destination }] of (routes ?? []).entries()) {
    if (destination) yield { path: `${path}.route[${i}].destination`, destination };
  }
}
