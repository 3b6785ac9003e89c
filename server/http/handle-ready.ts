import { runtime } from "../container";

/**
 * 200 once every kind that the cluster serves was read, else 503 with the reason.
 * The other sources are told, but pages work without them, so they do not make it fail.
 */
export function handleReady(): Response {
  const { mesh, sources } = runtime();
  const body = {
    ready: mesh.ready,
    sources: sources.current().map(({ source, state, error }) => ({ source, state, error })),
    problems: mesh
      .problems()
      .map(({ kind, error: { message, hint } }) => ({ kind, message, hint })),
  };
  return Response.json(body, {
    status: mesh.ready ? 200 : 503,
    headers: { "cache-control": "no-store" },
  });
}
