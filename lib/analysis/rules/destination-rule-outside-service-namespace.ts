import { outsideServiceNamespace } from "../families/host-in-ambient";

export const rule = outsideServiceNamespace({
  id: "destination-rule-outside-service-namespace",
  code: "KIA0212",
  kind: "DestinationRule",
});
