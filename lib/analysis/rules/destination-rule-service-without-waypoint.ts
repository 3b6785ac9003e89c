import { serviceWithoutWaypoint } from "../families/host-in-ambient";

export const rule = serviceWithoutWaypoint({
  id: "destination-rule-service-without-waypoint",
  code: "KIA0211",
  kind: "DestinationRule",
});
