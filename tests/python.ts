/**
 * Python as a second opinion, and as a peer in benches. Tests need
 * `--allow-run=python3`; without it, or without a Python that will do, they say
 * so and skip.
 *
 * @module
 */

import assert from "node:assert/strict";
import { testUnless } from "./skip.ts";
import { seed } from "./seed.ts";

/**
 * Runs a Python program that reads JSON and writes JSON.
 *
 * @param program The program; it reads `sys.stdin` and writes `sys.stdout`.
 * @param given What it reads.
 * @param command Which Python.
 */
export async function python<T>(
  program: string,
  given: unknown,
  command = "python3",
): Promise<T> {
  const child = new Deno.Command(command, {
    args: ["-c", program],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = new Blob([JSON.stringify(given)]).stream();
  // If Python dies early its own words tell more than the broken pipe.
  const written = input.pipeTo(child.stdin).catch(() => {});
  const { success, stdout, stderr } = await child.output();
  await written;
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Why there is no second opinion to be had, if so. */
async function absent(): Promise<string | undefined> {
  const { state } = await Deno.permissions.query({
    name: "run",
    command: "python3",
  });
  if (state !== "granted") return "python3 may not run: --allow-run=python3";
  try {
    const [major, minor] = await python<[number, number]>(
      "import json, sys; json.dump(sys.version_info[:2], sys.stdout)",
      null,
    );
    // Before 3.10 leading zeros in octets were taken, and zones were not.
    if (major === 3 && minor >= 10) return undefined;
    return `python3 is ${major}.${minor}, older than 3.10`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return "python3 is not installed";
    }
    throw error;
  }
}

/**
 * A test beside Python on inputs by chance; a failure tells the seed.
 *
 * @param name The fact that the test states.
 * @param run The test.
 */
export async function besidePython(
  name: string,
  run: (seed: number) => Promise<void>,
): Promise<void> {
  testUnless(await absent(), name, async () => {
    try {
      await run(seed);
    } catch (error) {
      throw new Error(`failed with seed ${seed}`, { cause: error });
    }
  });
}
