import { AppError } from "@/lib/base/errors";
import type { Webhooks } from "@/server/rollouts/webhooks";
import type { WebhookEntry } from "./simulation-file";

/** Webhooks that answer what a simulation file says of the moment, without any network. */
export const simulatedWebhooks = (
  entries: readonly WebhookEntry[],
  second: () => number,
): Webhooks => ({
  // Whatever number but 0 is a yes.
  confirm: ({ name }) => {
    const value = entryOf(entries, name, second())?.value;
    return Promise.resolve(typeof value === "number" && value !== 0);
  },
  ask({ name }) {
    const entry = entryOf(entries, name, second());
    if (typeof entry?.value === "number" || entry?.value === null) {
      return Promise.resolve(entry.value);
    }
    const why = entry ? "cannot be reached" : "the file says nothing of it";
    return Promise.reject(new AppError("unavailable", `webhook ${name}: ${why}`));
  },
});

/** What the file says of a webhook at a moment. */
const entryOf = (entries: readonly WebhookEntry[], name: string, now: number) =>
  entries
    .filter((each) => each.name === name && each.at <= now)
    .reduce<WebhookEntry | undefined>((a, b) => (a && a.at > b.at ? a : b), undefined);
