import { hostsWithoutWaypoint } from "../families/host-in-ambient";

export const rule = hostsWithoutWaypoint({
  id: "destination-rule-without-waypoint",
  code: "KIA0210",
  kind: "DestinationRule",
});
