import { serviceWithoutWaypoint } from "../families/host-in-ambient";

export const rule = serviceWithoutWaypoint({
  id: "virtual-service-service-without-waypoint",
  code: "KIA1113",
  kind: "VirtualService",
});
