import type { Field } from "../field";
import { defineRule, type Subject } from "../rule";
import { isControlPlane } from "../facts/control-plane";

const PROXY_UID = 1337;

export const rule = defineRule({
  id: "application-uid-reserved",
  code: "IST0144",
  aliases: [],
  level: "Warning",
  kinds: ["Pod", "Deployment"],
  reads: [],
  title: "A container runs as user 1337, which is the proxy's",
  why: "Traffic of user 1337 is not redirected to the sidecar, so this container bypasses the mesh.",
  fix: "Run the container as another user.",
  examples: {
    bad: `
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop }
spec: { containers: [{ name: reviews, securityContext: { runAsUser: 1337 } }] }`,
    good: `
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop }
spec:
  containers:
  - { name: reviews, securityContext: { runAsUser: 1000 } }
  - { name: istio-proxy, securityContext: { runAsUser: 1337 } }`,
  },
  istioctl: { analyzers: ["applicationUID.Analyzer"] },

  *check(subject) {
    if (isControlPlane(subject)) return;
    for (const user of users(podSpecOf(subject))) {
      if (user.number !== PROXY_UID) continue;
      yield {
        path: user.path,
        message: "User 1337 is the sidecar's own: traffic of this user is not redirected to it.",
        istioctl: { message: "User ID (UID) 1337 is reserved for the sidecar proxy." },
      };
    }
  },
});

const podSpecOf = ({ kind, fields }: Subject): Field =>
  kind === "Pod" ? fields.at("spec") : fields.at("spec", "template", "spec");

const PROXIES: ReadonlySet<string> = new Set(["istio-proxy", "istio-operator"]);

function* users(spec: Field): Iterable<Field> {
  yield spec.at("securityContext", "runAsUser");
  for (const container of spec.at("containers").items()) {
    if (PROXIES.has(container.at("name").text ?? "")) continue;
    yield container.at("securityContext", "runAsUser");
  }
}
