import type { KubeObject } from "@/lib/k8s/object";
import { bookinfoObjects } from "../bookinfo-objects";
import { bookinfoTraffic } from "../bookinfo-traffic";
import { FAULTS } from "../broken/faults";
import { security } from "../object-builders";
import type { Scenario } from "../scenario";

/** Lets everybody in, so that workloads without a policy of their own are no second fault. */
const letIn: KubeObject = security("AuthorizationPolicy", ["istio-system", "let-in"], {
  action: "ALLOW",
  rules: [{}],
});

/** The book shop, and beside it one of each common fault. */
export const scenario: Scenario = {
  name: "broken",
  summary: "One of each common fault, each in a namespace of its own, beside the book shop.",
  parameter: undefined,
  make: () => ({
    objects: [...bookinfoObjects, letIn, ...FAULTS.flatMap(({ objects }) => objects)],
    traffic: bookinfoTraffic,
  }),
};
