/**
 * A UDP socket's options by their names, to get, set and list.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { table } from "../inspect/table.ts";
import {
  BEFORE_BINDING,
  OPTION_NAMES,
  type OptionName,
  optionsIn,
  type SocketOptions,
  type SomeOptions,
} from "./udp_options.ts";

/** What has options. */
export interface Optioned {
  /** Sets an option. */
  setOption<K extends OptionName>(name: K, value: SocketOptions[K]): void;
  /** Reads an option. */
  getOption<K extends OptionName>(name: K): SocketOptions[K];
}

/**
 * The options of a UDP socket: `socket.options`.
 *
 * Those for broadcast, multicast, time to live and buffers are there always, the
 * others for Linux with `--allow-ffi`.
 *
 * @see socket(7), ip(7), ipv6(7)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using socket = await net.udp.open({ options: { ttl: 4 } });
 * socket.options.set({ broadcast: true });
 * assert.equal(socket.options.get("broadcast"), true);
 * assert.equal(socket.options.get("ttl"), 4);
 * ```
 */
export class LiveOptions {
  readonly #socket: Optioned;

  /**
   * Takes what the socket stands on; the socket does so.
   *
   * @param socket What has the options.
   */
  constructor(socket: Optioned) {
    this.#socket = socket;
  }

  /**
   * Reads one option, as the system has it.
   *
   * @param name Its name: see {@linkcode SocketOptions}.
   * @returns Its value; `""` for no interface.
   * @throws {TypeError} If there is no such option.
   * @throws {NetError} `"unsupported"` where that takes `--allow-ffi`, `"closed"`.
   */
  get<K extends OptionName>(name: K): SocketOptions[K] {
    return this.#socket.getOption(name);
  }

  /**
   * Sets options.
   *
   * @param values Those to set.
   * @throws {TypeError} If there is no such option, a value is of the wrong type, or
   * it had to be set as the socket was opened.
   * @throws {RangeError} If a number is out of range.
   * @throws {NetError} `"unsupported"` where that takes `--allow-ffi`, `"closed"`,
   * `"not-found"` if there is no such interface.
   * @throws {PermissionError} For what root alone may set.
   */
  set(values: SomeOptions): void {
    const given = optionsIn(values);
    const late = given.find(([name]) => BEFORE_BINDING.has(name));
    if (late !== undefined) {
      throw new TypeError(
        `Cannot set a socket option as 'name' must be one for sockets that are bound: current value is ${
          late[0]
        }, which open({ options }) takes`,
      );
    }
    for (const [name, value] of given) this.#socket.setOption(name, value);
  }

  /**
   * Reads all options that can be read.
   *
   * @returns The values by their names.
   */
  all(): Partial<SocketOptions> {
    const values: Record<string, unknown> = {};
    for (const name of OPTION_NAMES) {
      try {
        values[name] = this.get(name);
      } catch (error) {
        // What this system or the runtime does not tell is left out.
        if (!(error instanceof NetError)) throw error;
      }
    }
    return values;
  }

  /** The values, plain. */
  toJSON(): Partial<SocketOptions> {
    return this.all();
  }

  /** A table of names and values. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const rows = Object.entries(this.all()).map(([option, value]) => ({
      option,
      value: `${value}`,
    }));
    return table(rows, {
      columns: [{ key: "option", role: "key" }, {
        key: "value",
        role: "number",
      }],
      canvas: canvas({ colors: options?.colors }),
    });
  }
}
