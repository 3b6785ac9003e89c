import { servicePortProtocol } from "@/lib/istio/protocol";
import type { Field } from "../field";

/** Whether a port of a Service says which protocol it speaks. */
export function hasKnownProtocol(port: Field): boolean {
  const appProtocol = port.at("appProtocol");
  const number = port.at("port").number;
  const name = port.at("name").text;
  const protocol = port.at("protocol").text;
  return (
    servicePortProtocol({
      ...(name !== undefined && { name }),
      ...(number !== undefined && { port: number }),
      ...(protocol !== undefined && { protocol }),
      // An empty one counts too: it says less than the name, and the name is not asked then.
      ...(typeof appProtocol.value === "string" && { appProtocol: appProtocol.value }),
    }) !== "Auto"
  );
}
