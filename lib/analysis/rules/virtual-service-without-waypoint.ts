import { hostsWithoutWaypoint } from "../families/host-in-ambient";

export const rule = hostsWithoutWaypoint({
  id: "virtual-service-without-waypoint",
  code: "KIA1109",
  kind: "VirtualService",
});
