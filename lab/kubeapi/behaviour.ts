import type { ApiConnection } from "./api-connection";

/** What a behaviour works with: a connection, and a namespace that nobody else uses. */
export interface Bench {
  readonly api: ApiConnection;
  readonly namespace: string;
  /** A name that was not used before in this run. */
  name(): string;
  /** Path of a collection in the bench's namespace, such as `configmaps` or `networking.istio.io/v1/virtualservices`. */
  path(resource: string, name?: string): string;
}

/** One thing that an API server does; `run` throws when this one does not. */
export interface Behaviour {
  readonly area: string;
  readonly title: string;
  readonly run: (bench: Bench) => Promise<void>;
}

/** The behaviours of one area, in the order they are declared. */
export function area(
  name: string,
  declare: (it: (title: string, run: Behaviour["run"]) => void) => void,
): readonly Behaviour[] {
  const behaviours: Behaviour[] = [];
  declare((title, run) => behaviours.push({ area: name, title, run }));
  return behaviours;
}
