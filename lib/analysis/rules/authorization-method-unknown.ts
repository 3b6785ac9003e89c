import { nearestNames } from "../nearest";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "authorization-method-unknown",
  code: "KIA0102",
  aliases: [],
  level: "Warning",
  kinds: ["AuthorizationPolicy"],
  reads: [],
  title: "An AuthorizationPolicy matches a method that HTTP does not have",
  why: "No request has this method, so the rule never matches: an ALLOW lets nobody in by it, a DENY keeps nobody out.",
  fix: "Use a method of HTTP, such as GET or POST; a star stands for any beginning or end. gRPC requests are POST.",
  examples: {
    bad: `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec: { rules: [{ to: [{ operation: { methods: [GTE] } }] }] }`,
    good: `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec: { rules: [{ to: [{ operation: { methods: [GET, "P*"], notMethods: [DELETE] } }] }] }`,
  },

  *check({ fields }) {
    const operations = fields
      .at("spec", "rules")
      .items()
      .flatMap((rule) => rule.at("to").items())
      .map((to) => to.at("operation"));
    for (const operation of operations) {
      const methods = [operation.at("methods"), operation.at("notMethods")];
      for (const field of methods.flatMap((list) => list.items())) {
        const { text } = field;
        if (text === undefined || isMethod(text)) continue;
        yield {
          path: field.path,
          message: `No request has the method ${text}; this entry never matches.`,
          fixes: () =>
            nearestNames(text.toUpperCase(), METHODS).map((value) => ({
              title: `Use ${value}`,
              edits: [{ op: "set", path: field.path, value }],
            })),
        };
      }
    }
  },
});

const METHODS = "GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH".split(" ");

/** Whether a pattern takes in a method. Kiali ignores case; Envoy does not, so `get` never matches. */
function isMethod(pattern: string): boolean {
  if (pattern.startsWith("*")) return METHODS.some((method) => method.endsWith(pattern.slice(1)));
  const prefix = pattern.endsWith("*") ? pattern.slice(0, -1) : undefined;
  return METHODS.some((method) =>
    prefix === undefined ? method === pattern : method.startsWith(prefix),
  );
}
