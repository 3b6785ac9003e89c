// Generated from catalog/ by catalog.test.ts. Do not edit.
import type { Scenario } from "./scenario";
import { scenario as bookinfo } from "./catalog/bookinfo";
import { scenario as boutique } from "./catalog/boutique";
import { scenario as broken } from "./catalog/broken";
import { scenario as empty } from "./catalog/empty";
import { scenario as scale } from "./catalog/scale";

/** Every scenario that a sandbox can start with. */
export const SCENARIOS: readonly Scenario[] = [bookinfo, boutique, broken, empty, scale];
