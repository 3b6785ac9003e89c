import { config } from "zod/v4/core";

// Runs before any other code of a page. Zod tries whether it may compile code, which our content
// security policy forbids and the browser would report.
config({ jitless: true });
