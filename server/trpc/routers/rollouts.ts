import { router } from "../init";

export const rolloutsRouter = router({});
