import type { Refusal } from "@/lib/mesh/arrival";
import type { MeshView } from "@/lib/mesh/view";
import type { Chance } from "./chance";
import { decide } from "./decide";
import type { MeshRequest, ProxyIdentity } from "./request";
import type { HeaderChanges } from "./rewrite";

/**
 * The headers of the answer to a request that a proxy with routes does not let in: what the route
 * that would have taken it does to answers goes for this one too.
 */
export const refusedHeaders = (
  mesh: MeshView,
  client: { readonly proxy: ProxyIdentity; readonly request: MeshRequest },
  refusal: Refusal,
  chance: Chance,
): HeaderChanges => ({ ...refusal.headers, ...decide(mesh, client, chance).answerHeaders });
