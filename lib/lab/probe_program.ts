/**
 * The probe as a program: started in namespaces that are thrown away, it
 * writes what it found, as JSON, to the file that it is named.
 *
 * @module
 */

import { probeKernel } from "./probe_kernel.ts";

Deno.writeTextFileSync(Deno.args[0]!, JSON.stringify(probeKernel()));
