import { outsideServiceNamespace } from "../families/host-in-ambient";

export const rule = outsideServiceNamespace({
  id: "virtual-service-outside-service-namespace",
  code: "KIA1114",
  kind: "VirtualService",
});
