/**
 * UDP sockets stand on the runtime's or on the kernel's; what both can is tried
 * on both.
 *
 * @module
 */

import { libcAllowed } from "../../lib/ffi/libc.ts";
import { testUnless } from "../skip.ts";

/** Why the kernel's own cannot be tried, or nothing. */
export const NO_KERNEL: string | undefined = libcAllowed()
  ? undefined
  : "run with --allow-ffi";

/** What the runtime's are tried with: `--allow-ffi` would choose the kernel's. */
export const RUNTIME: Deno.PermissionOptionsObject = {
  net: "inherit",
  run: "inherit",
  ffi: false,
};

/**
 * A test of what both can.
 *
 * @param name The fact that the test states.
 * @param fn The test.
 * @param lack Why it cannot run here, or nothing.
 */
export function test(
  name: string,
  fn: () => Promise<void>,
  lack?: string,
): void {
  if (lack !== undefined) console.log(`skip: ${name}: ${lack}`);
  else Deno.test({ name: `${name} (runtime)`, permissions: RUNTIME, fn });
  testUnless(lack ?? NO_KERNEL, `${name} (kernel)`, fn);
}
