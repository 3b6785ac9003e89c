import { Button } from "@/components/ui/button";
import type { SetTopologyState, TopologyState } from "./use-topology-state";

/** Narrows the graph to what is around a service, or to the way to it from another one. */
export function AroundButtons({
  id,
  state,
  setState,
}: {
  id: string;
  state: TopologyState;
  setState: SetTopologyState;
}) {
  const { around } = state;
  return (
    <>
      {around === id ? null : (
        <Button onClick={() => void setState({ around: id, hops: null, to: null })}>
          Show what is around it
        </Button>
      )}
      {around !== null && around !== id ? (
        <Button onClick={() => void setState({ to: id })}>Show the way to it</Button>
      ) : null}
    </>
  );
}
