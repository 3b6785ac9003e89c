import { bookinfoObjects } from "../bookinfo-objects";
import { bookinfoTraffic } from "../bookinfo-traffic";
import type { Scenario } from "../scenario";

/** Istio's own sample. */
export const scenario: Scenario = {
  name: "bookinfo",
  summary: "The book shop of Istio's samples: four services, three versions of reviews.",
  parameter: undefined,
  make: () => ({ objects: bookinfoObjects, traffic: bookinfoTraffic }),
};
