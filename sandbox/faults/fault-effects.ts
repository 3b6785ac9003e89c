import type { ControlPlaneFaults, ObjectStore, PrometheusFault } from "@/sandbox/contracts";
import type { KubeObject } from "@/lib/k8s/object";
import type { ApiServer } from "../api/api-server";
import type { DrivenClock } from "../clock";
import type { FaultEffects, Undo } from "./fault-registry";
import type { FaultOf } from "./fault-spec";
import type { RequestRules } from "./request-rules";
import { matchesPattern, pathTest } from "./text-pattern";

/** What can be broken. */
export interface Breakable {
  readonly api: ApiServer;
  readonly requests: RequestRules;
  readonly clock: DrivenClock;
  readonly store: ObjectStore;
  readonly prometheus: { breakDown(fault: PrometheusFault | undefined): void };
  readonly controlPlane: ControlPlaneFaults;
}

/** How each kind of fault is brought about, and ended. */
export function faultEffects(parts: Breakable): FaultEffects {
  const { api, requests, clock, prometheus, controlPlane } = parts;
  const once = (strike: () => void): undefined => {
    strike();
    return undefined;
  };
  return {
    "api-error": (spec, over) => requests.add(spec, over),
    "api-latency": (spec, over) => requests.add(spec, over),
    "api-half-open": (spec, over) => {
      const concerns = pathTest(spec.path);
      const stops = [
        requests.add(spec, over),
        api.freezeStreams(concerns),
        api.freezeSockets(concerns),
      ];
      return () => {
        for (const stop of stops) stop();
        // A network that forgot its connections does not find them again.
        api.dropSilent();
      };
    },
    "api-restart": ({ downMs, versions }) =>
      once(() => {
        api.restart({ downMs, versions }).catch(report);
      }),
    "api-compact": () => once(() => api.compact()),
    "api-certificate": ({ validMs }) => {
      api.renewCertificate(validMs).catch(report);
      return () => {
        api.renewCertificate(undefined).catch(report);
      };
    },
    "watch-cut": ({ how, path, everyMs }) => {
      const cut = () => api.cutStreams(pathTest(path), how);
      cut();
      if (everyMs === undefined) return undefined;
      const timer = setInterval(cut, everyMs);
      return () => clearInterval(timer);
    },
    "watch-freeze": ({ path }) => api.freezeStreams(pathTest(path)),
    "watch-duplicate": ({ path }) => api.doubleStreams(pathTest(path)),
    prometheus: ({ how, delayMs }) => {
      prometheus.breakDown(how === "slow" ? { kind: how, delayMs } : { kind: how });
      return () => prometheus.breakDown(undefined);
    },
    istiod: ({ how, pod, delayMs }) => {
      controlPlane.istiod(pod, how === "slow" ? { kind: how, delayMs } : { kind: how });
      return () => controlPlane.istiod(pod, { kind: "healthy" });
    },
    proxy: (spec) => {
      const pods = podsLike(parts.store, spec);
      const { how, type, error } = spec;
      const condition = how === "stuck" ? { kind: how } : { kind: how, type, error };
      for (const pod of pods) controlPlane.proxy(pod, condition);
      return () => {
        for (const pod of pods) controlPlane.proxy(pod, { kind: "healthy" });
      };
    },
    certificate: ({ namespace, pod, validMs }) => {
      const about =
        namespace === undefined ? (["root"] as const) : podsLike(parts.store, { namespace, pod });
      for (const one of about) controlPlane.certificate(one, validMs);
      return () => {
        for (const one of about) controlPlane.certificate(one, undefined);
      };
    },
    "pods-not-ready": (spec) => unready(parts.store, spec),
    "clock-speed": ({ speed }) => {
      clock.setSpeed(speed);
      return () => clock.setSpeed(1);
    },
    "clock-jump": ({ ms }) => once(() => clock.jump(ms)),
  };
}

/** Faults are set and forgotten; what one of them runs into is told on the process' own log. */
const report = (error: unknown): void => {
  process.stderr.write(`a fault of the sandbox failed: ${String(error)}\n`);
};

const podsLike = (store: ObjectStore, wanted: { namespace: string; pod: string }) =>
  store
    .view()
    .list("Pod")
    .filter(({ metadata }) => matchesPattern(wanted.namespace, metadata.namespace ?? ""))
    .filter(({ metadata }) => matchesPattern(wanted.pod, metadata.name))
    .map(({ metadata: { namespace = "", name } }) => ({ namespace, name }));

const READY = "sandbox.quarterdeck.dev/ready";

/** Makes the probes of some pods fail, and pass again. */
function unready(store: ObjectStore, spec: FaultOf<"pods-not-ready">): Undo {
  const pods = podsLike(store, spec);
  const annotate = (ready: string | undefined) => {
    for (const { namespace, name } of pods) {
      const pod = store.get("Pod", namespace, name);
      if (pod) store.update(withReady(pod, ready));
    }
  };
  annotate("false");
  return () => annotate(undefined);
}

function withReady(pod: KubeObject, ready: string | undefined): KubeObject {
  const { [READY]: _, ...others } = pod.metadata.annotations ?? {};
  const annotations = ready === undefined ? others : { ...others, [READY]: ready };
  return { ...pod, metadata: { ...pod.metadata, annotations } };
}
