/**
 * Makes fake devices: for tests, for lessons, for whoever has no hardware.
 *
 * @module
 */

import { Endpoint, LOOPBACK } from "../../socket/endpoint.ts";
import type { Platform } from "../platform.ts";
import type { FakeDevice } from "./device.ts";
import type { Faults } from "./faults.ts";
import type { FakeCommonOptions } from "./options.ts";

/** Options for {@linkcode fake}. */
export interface FakeOptions extends FakeCommonOptions {
  /** Where it listens: an address of this machine. @default {"127.0.0.1"} */
  hostname?: string | undefined;
  /** The port; 0 for a free one. @default {0} */
  port?: number | undefined;
  /** The name in its prompts. @default {as its platform's dialogue has it} */
  name?: string | undefined;
  /** What is wrong with it. @default {nothing} */
  faults?: Faults | undefined;
}

/**
 * Makes a device that is not there: it listens, asks for the login, echoes what
 * is typed, knows its platform's modes and commands, and pages, questions,
 * refuses and is configured as the platform is.
 *
 * @param platform The platform's name, or its data.
 * @param options Where, for whom, and what is wrong with it.
 * @returns The device, which listens already.
 * @throws {RangeError} If there is no such platform, or a number is out of range.
 * @throws {NetError} `"in-use"`, `"not-local"`, or `"key"`.
 * @throws {PermissionError} If the runtime or the system bars it.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using router = await net.device.fake("cisco_ios", { name: "edge1" });
 * await using on = await net.ssh.connect(`admin@127.0.0.1:${router.port}`, {
 *   password: router.password,
 *   hostKeys: "any",
 * });
 * const { stdout } = await on.run("show version");
 * assert.match(stdout, /^edge1 uptime is 5 weeks/m);
 * assert.deepEqual(router.commands, ["show version"]);
 * ```
 */
export async function fake(
  platform: string | Platform,
  options: FakeOptions = {},
): Promise<FakeDevice> {
  const { hostname = LOOPBACK, port = 0, name, faults = {}, signal } = options;
  signal?.throwIfAborted();
  const { prepare } = await import("./prepare.ts");
  const make = await prepare(platform, options);
  return await make({ at: new Endpoint(hostname, port), name, faults });
}
