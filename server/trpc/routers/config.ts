import { router } from "../init";

export const configRouter = router({});
