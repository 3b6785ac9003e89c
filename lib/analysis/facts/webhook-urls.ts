import type { Field } from "../field";
import type { Subject } from "../rule";
import { parseGoUrl } from "../istioctl/go-url";

/** How one of Istio's own webhooks is reached. */
export interface WebhookUrl {
  readonly webhook: Field;
  readonly name: string;
  readonly url: Field;
  /** `blank`: neither URL nor Service; `invalid`: no URL; `ip`: a literal address. */
  readonly fault: "blank" | "invalid" | "ip";
}

/** The webhooks of Istio whose URL is doubtful. Source: externalcontrolplane.go. */
export function* doubtfulWebhookUrls({ kind, name, fields }: Subject): Iterable<WebhookUrl> {
  const istios =
    kind === "ValidatingWebhookConfiguration"
      ? name === "istiod-default-validator" || name.startsWith("istio-validator")
      : name.startsWith("istio-sidecar-injector");
  if (!istios) return;
  for (const webhook of fields.at("webhooks").items()) {
    const client = webhook.at("clientConfig");
    const url = client.at("url");
    const place = { webhook, name: webhook.at("name").text ?? "", url };
    if (typeof url.value === "string") {
      const parsed = parseGoUrl(url.value);
      if (!parsed) yield { ...place, fault: "invalid" };
      else if (parsed.isIp) yield { ...place, fault: "ip" };
    } else if (!client.at("service").exists) yield { ...place, fault: "blank" };
  }
}
