import { z } from "zod";
import { AppError } from "@/lib/base/errors";
import type { Millis } from "@/lib/base/units";

/** What is asked of a webhook at a check. */
export interface WebhookQuestion {
  readonly name: string;
  readonly url: string;
  readonly timeout: Millis;
  /** Names the rollout, its versions, its step and the window. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Numbers that come from elsewhere than Prometheus. */
export interface Webhooks {
  /** The number that it answers; null where it says that it has none. @throws AppError otherwise */
  ask(question: WebhookQuestion, signal: AbortSignal): Promise<number | null>;
  /** Whether it says yes; what cannot be reached does not. */
  confirm(question: WebhookQuestion, signal: AbortSignal): Promise<boolean>;
}

const Answer = z.object({ value: z.number().nullable() });
const LONGEST = 65_536;

/** The highest status that says yes, as in Flagger. */
const YES = 202;

const post = ({ url, body }: WebhookQuestion, signal: AbortSignal): Promise<Response> =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    redirect: "error",
    signal,
  });

/** Asks by POST, and reads `{ "value": number | null }`. Redirects are not followed. */
export const httpWebhooks: Webhooks = {
  async confirm(question, signal) {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(question.timeout)]);
    try {
      const response = await post(question, limited);
      await response.body?.cancel();
      return response.status <= YES;
    } catch (error) {
      if (signal.aborted) throw error;
      return false;
    }
  },

  async ask(question, signal) {
    const { name, timeout } = question;
    const unavailable = (why: string) => new AppError("unavailable", `webhook ${name}: ${why}`);
    const limited = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
    let text: string;
    try {
      const response = await post(question, limited);
      if (!response.ok) throw unavailable(`answered ${response.status}`);
      text = await response.text();
    } catch (error) {
      if (error instanceof AppError || signal.aborted) throw error;
      throw unavailable(limited.aborted ? `no answer within ${timeout / 1000} s` : String(error));
    }
    if (text.length > LONGEST) throw unavailable("the answer is too long");
    const parsed = Answer.safeParse(json(text));
    if (!parsed.success) throw unavailable('the answer is not { "value": number }');
    return parsed.data.value;
  },
};

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
