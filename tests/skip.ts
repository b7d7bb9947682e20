/**
 * Tests that need something that a machine may lack.
 *
 * @module
 */

/**
 * A test that runs unless there is a reason not to; the reason is printed, and
 * the runner repeats it at its end.
 *
 * @param reason Why it cannot run here, or nothing.
 * @param name The fact that the test states.
 * @param test The test.
 */
export function testUnless(
  reason: string | undefined,
  name: string,
  test: (t: Deno.TestContext) => void | Promise<void>,
): void {
  if (reason !== undefined) console.log(`skip: ${name}: ${reason}`);
  Deno.test({ name, ignore: reason !== undefined, fn: test });
}
