import { router } from "../init";

export const proxiesRouter = router({});
