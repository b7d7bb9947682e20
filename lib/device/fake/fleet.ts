/**
 * Makes fleets of fake devices.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import { count } from "../../inspect/units.ts";
import { subnet } from "../../ip/subnet.ts";
import { Endpoint } from "../../socket/endpoint.ts";
import type { Platform } from "../platform.ts";
import type { FakeDevice } from "./device.ts";
import type { FakeCommonOptions } from "./options.ts";
import type { Faults } from "./faults.ts";

/** Options for {@linkcode fakeFleet}. */
export interface FakeFleetOptions extends FakeCommonOptions {
  /** What they are. @default {"cisco_ios"} */
  platform?: string | Platform | undefined;
  /**
   * The addresses that they listen on, one each, all at one port; Linux has all
   * of 127.0.0.0/8 without further ado. @default {"127.77.0.0/16"}
   */
  network?: string | undefined;
  /** One address for all in place of `network`: then each has a port of its own. */
  hostname?: string | undefined;
  /**
   * The port; with `hostname`, the first of them, and 0 for free ones, which
   * takes long for thousands. @default {a free one, the same on all addresses}
   */
  port?: number | undefined;
  /** The name of each, by its place in the fleet, from 0. @default {"r1", "r2", …} */
  name?: ((index: number) => string) | undefined;
  /** What is wrong with each. @default {nothing} */
  faults?: ((index: number) => Faults | undefined) | undefined;
}

/** How many are made to listen at the same time. */
const AT_ONCE = 500;

/**
 * Many fake devices in one process: a list that is closed as one.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using fleet = await net.device.fakeFleet(3, { hostname: "127.0.0.1" });
 * assert.deepEqual(fleet.devices.map(({ name }) => name), ["r1", "r2", "r3"]);
 * ```
 */
export class FakeFleet implements AsyncDisposable, Iterable<FakeDevice> {
  /** The devices. */
  readonly devices: readonly FakeDevice[];

  /**
   * Takes what {@linkcode fakeFleet} made.
   *
   * @param devices The devices.
   */
  constructor(devices: readonly FakeDevice[]) {
    this.devices = devices;
  }

  /** How many there are. */
  get size(): number {
    return this.devices.length;
  }

  /** The devices, in turn. */
  [Symbol.iterator](): Iterator<FakeDevice> {
    return this.devices[Symbol.iterator]();
  }

  /** Takes all of them away. */
  async close(): Promise<void> {
    await Promise.all(this.devices.map((device) => device.close()));
  }

  /** Closes it, as `close` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The devices, plain. */
  toJSON(): ReturnType<FakeDevice["toJSON"]>[] {
    return this.devices.map((device) => device.toJSON());
  }

  /** One line: how many there are of what, and where. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const [first, last] = [this.devices[0], this.devices.at(-1)];
    if (first === undefined || last === undefined) return "no fake devices";
    const at = ({ hostname, port }: FakeDevice) => `${hostname}:${port}`;
    return `${count(this.size)} fake ${
      paint("name", first.platform, room)
    } on ${first.transport} ${at(first)} … ${at(last)}`;
  }
}

/**
 * Makes many fake devices, all of one platform, in this process. They share
 * what they have in common, down to the configuration that none has changed
 * yet: ten thousand take some 80 MB and a second.
 *
 * @param size How many.
 * @param options What they are, where they listen, what is wrong with which.
 * @returns The fleet; all of it listens already.
 * @throws {RangeError} If there are too many for the network, or a number is
 * out of range.
 * @throws {NetError} `"in-use"`, `"not-local"`, or `"too-many-files"`.
 * @throws {PermissionError} If the runtime or the system bars it: all of
 * `network` is allowed by `--allow-net=127.0.0.0/8`.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using fleet = await net.device.fakeFleet(20, {
 *   hostname: "127.0.0.1",
 *   platform: "arista_eos",
 *   faults: (i) => i % 5 === 0 ? { hang: "auth" } : undefined,
 * });
 * assert.equal(fleet.size, 20);
 * assert.equal(fleet.devices[5]!.faults.hang, "auth");
 * ```
 */
export async function fakeFleet(
  size: number,
  options: FakeFleetOptions = {},
): Promise<FakeFleet> {
  const { platform = "cisco_ios", hostname, port = 0, signal } = options;
  const { name = (index) => `r${index + 1}`, faults } = options;
  if (!(Number.isInteger(size) && size >= 0)) {
    throw new RangeError(
      `Cannot make a fleet as 'size' must be an integer from 0 up: current value is ${size}`,
    );
  }
  const at = hostname === undefined
    ? places(options.network ?? "127.77.0.0/16", size)
    : (index: number) => new Endpoint(hostname, port === 0 ? 0 : port + index);
  const { prepare } = await import("./prepare.ts");
  const make = await prepare(platform, options);
  const devices: FakeDevice[] = [];
  try {
    // The first one finds the port that the others then have, too.
    let common = port;
    for (let from = 0; from < size;) {
      signal?.throwIfAborted();
      const some = Math.min(from === 0 ? 1 : AT_ONCE, size - from);
      const made = await Promise.allSettled(
        Array.from({ length: some }, (_, i) => {
          const index = from + i;
          return make({
            at: at(index, common),
            name: name(index),
            faults: faults?.(index) ?? {},
          });
        }),
      );
      for (const one of made) {
        if (one.status === "fulfilled") devices.push(one.value);
      }
      for (const one of made) {
        if (one.status === "rejected") throw one.reason;
      }
      if (from === 0 && hostname === undefined) common = devices[0]!.port;
      from += some;
    }
  } catch (error) {
    await Promise.all(devices.map((device) => device.close()));
    throw error;
  }
  return new FakeFleet(devices);
}

/** Addresses in turn; the first and the last of a network are left out. */
function places(
  network: string,
  size: number,
): (index: number, port: number) => Endpoint {
  const { network: first, prefixLength, family } = subnet(network);
  const bits = family === 4 ? 32 - prefixLength : 128 - prefixLength;
  if (size > 2 ** bits - 2) {
    throw new RangeError(
      `Cannot make a fleet as 'size' must be at most ${
        2 ** bits - 2
      }, the hosts of ${network}: current value is ${size}`,
    );
  }
  return (index, port) => new Endpoint(`${first.offset(index + 1)}`, port);
}
