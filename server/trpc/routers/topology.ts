import { router } from "../init";

export const topologyRouter = router({});
