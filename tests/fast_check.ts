/**
 * The door to fast-check, which starts from the run's seed.
 *
 * @module
 */

import fc from "fast-check/library";
import { seed } from "./seed.ts";

fc.configureGlobal({ seed });

export * from "fast-check/library";
export default fc;
