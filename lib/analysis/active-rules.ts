import type { Rule } from "./rule";
import { RULES } from "./rules.gen";

/** The rules that run where nobody asks for more. */
export const DEFAULT_RULES: readonly Rule[] = RULES.filter(({ optional }) => !optional);
