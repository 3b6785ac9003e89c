import { router } from "./init";
import { configRouter } from "./routers/config";
import { controlPlaneRouter } from "./routers/control-plane";
import { findingsRouter } from "./routers/findings";
import { liveRouter } from "./routers/live";
import { logLevelsRouter } from "./routers/log-levels";
import { overviewRouter } from "./routers/overview";
import { proxiesRouter } from "./routers/proxies";
import { rolloutsRouter } from "./routers/rollouts";
import { systemRouter } from "./routers/system";
import { topologyRouter } from "./routers/topology";

export const appRouter = router({
  config: configRouter,
  controlPlane: controlPlaneRouter,
  findings: findingsRouter,
  live: liveRouter,
  logLevels: logLevelsRouter,
  overview: overviewRouter,
  proxies: proxiesRouter,
  rollouts: rolloutsRouter,
  system: systemRouter,
  topology: topologyRouter,
});

export type AppRouter = typeof appRouter;
