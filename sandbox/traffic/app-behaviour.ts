import type { KubeObject } from "@/lib/k8s/object";
import { weakMemo } from "@/lib/base/weak-memo";
import type { Random } from "@/sandbox/random";
import type { AppModel } from "./traffic-model";

/** How a pod's application behaves right now. */
export interface Behaviour {
  /** The part of requests that fail, from 0 to 1. */
  readonly errorRate: number;
  /** What a request that fails gets. */
  readonly errorStatus: number;
  /** Median of its own work for a request, in ms; undefined for that of its model. */
  readonly latencyMs: number | undefined;
}

/** Annotations on a pod by which anybody with kubectl can break its application. */
const PREFIX = "sandbox.quarterdeck.dev/";
const ERROR_RATE = `${PREFIX}error-rate`;
const LATENCY = `${PREFIX}latency-ms`;
const STATUS = `${PREFIX}status`;

/** An app that no scenario describes. */
export const UNKNOWN_APP: AppModel = { latencyMs: 3, responseBytes: 128, calls: [] };

/**
 * What the annotations of a pod ask for. `error-rate` is the part of requests that fail, `status`
 * with what (500 where absent); `status` alone goes for all requests. What is no number counts as
 * absent.
 */
export const behaviourOf: (pod: KubeObject) => Behaviour = weakMemo((pod) => {
  const annotations = pod.metadata.annotations ?? {};
  const number = (name: string): number | undefined => {
    const text = annotations[name];
    const value = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
    return Number.isFinite(value) && value >= 0 ? value : undefined;
  };
  const status = number(STATUS);
  return {
    errorRate: Math.min(1, number(ERROR_RATE) ?? (status === undefined ? 0 : 1)),
    errorStatus: status ?? 500,
    latencyMs: number(LATENCY),
  };
});

const SPREAD = 0.35;

/** A time around `medianMs` as servers show it: never below zero, with a long tail upwards. */
export function sampleLatency(medianMs: number, random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  const normal = radius * Math.cos(2 * Math.PI * random.next());
  return medianMs * Math.exp(SPREAD * normal);
}
