import { AppError } from "@/lib/base/errors";
import { between, type Instant, seconds } from "@/lib/base/units";
import type { Clock } from "../ports";
import type { PrometheusTransport } from "./http-transport";

/** A Prometheus that was not there is looked for again after this time, and one that fails too. */
const LOOK_AGAIN = seconds(60);

/** There is no Prometheus to ask. */
export const noPrometheus = (): AppError =>
  new AppError("unsupported", "No Prometheus is configured", {
    hint: "Start Quarterdeck with --prometheus URL to see traffic.",
  });

/**
 * A way to whatever `find` finds, looked for when it is first needed. `url` is undefined while
 * nothing was found.
 */
export function discoveredTransport(
  find: () => Promise<PrometheusTransport | undefined>,
  clock: Clock,
): Pick<PrometheusTransport, "host" | "post"> & { readonly url: string | undefined } {
  let found: PrometheusTransport | undefined;
  let looked: { readonly at: Instant; readonly end: Promise<void> } | undefined;

  async function transport(): Promise<PrometheusTransport> {
    if (!found && (!looked || between(looked.at, clock.now()) > LOOK_AGAIN)) {
      looked = { at: clock.now(), end: find().then((there) => void (found = there)) };
    }
    await looked?.end;
    if (!found) throw noPrometheus();
    return found;
  }

  return {
    get url() {
      return found?.url;
    },
    get host() {
      return found?.host ?? "the cluster";
    },
    async post(path, form, limits) {
      const way = await transport();
      try {
        return await way.post(path, form, limits);
      } catch (error) {
        // The pod may have been replaced by another one.
        if (!limits.signal?.aborted) found = undefined;
        throw error;
      }
    },
  };
}
