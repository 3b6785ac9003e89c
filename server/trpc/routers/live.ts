import { tracked } from "@trpc/server";
import { z } from "zod";
import { AppError } from "@/lib/base/errors";
import type { Live } from "../../ports";
import { procedure, router } from "../init";

/** Each open page holds one stream; more than this is a mistake or an attack. */
const MAX_STREAMS = 200;

export const liveRouter = router({
  /**
   * The one stream of a tab: what changed, so that the page asks again for just that.
   * The browser sends `lastEventId` by itself when it reconnects.
   */
  events: procedure
    .input(z.strictObject({ lastEventId: z.string().max(64).nullish() }).optional())
    .subscription(({ ctx, input, signal }) => {
      if (!signal) throw new TypeError("a subscription comes with a signal");
      if (ctx.live.listeners >= MAX_STREAMS) {
        throw new AppError("unavailable", `${MAX_STREAMS} pages are open already`, {
          hint: "Close pages that nobody looks at.",
        });
      }
      return trackedEvents(ctx.live.events(input?.lastEventId ?? undefined, signal));
    }),
});

/** Separate, because errors of a generator pass the middleware that translates them. */
async function* trackedEvents(events: ReturnType<Live["events"]>) {
  for await (const { id, event } of events) yield tracked(id, event);
}
