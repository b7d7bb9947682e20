/**
 * The options of a connection, as readers meet them.
 *
 * @module
 */

import type { Socket } from "node:net";
import { NetError } from "../errors.ts";
import { libcAllowed } from "../ffi/libc.ts";
import { canvas } from "../inspect/canvas.ts";
import { table } from "../inspect/table.ts";
import { OPTIONS, type SocketOptions } from "./option_table.ts";
import {
  checked,
  type Descriptor,
  getOption,
  setOptions,
  withDescriptor,
} from "./socket_options.ts";

/**
 * The options of a connection by their names, to get, set and list.
 *
 * `noDelay` and `keepAlive` can be set everywhere; all else is for Linux, with
 * `--allow-ffi`.
 *
 * @see socket(7), ip(7), tcp(7)
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * await using conn = await net.tcp.connect("192.0.2.1:22");
 * conn.options.set({ ttl: 5, dscp: 46 });
 * conn.options.get("sendBuffer");
 * ```
 */
export class LiveOptions {
  readonly #socket: Socket;
  readonly #ends: Omit<Descriptor, "fd">;

  /**
   * Takes a socket; a connection's `options` does so.
   *
   * @param socket The connection's socket.
   * @param ends Which options apply, and what errors say of it.
   */
  constructor(
    socket: Socket,
    ends: { family: "ipv4" | "ipv6" | "unix"; target: string },
  ) {
    this.#socket = socket;
    this.#ends = ends;
  }

  /**
   * Reads one option.
   *
   * @param name Its name.
   * @returns Its value.
   * @throws {NetError} `"unsupported"`, `"closed"`.
   * @throws {PermissionError} Without `--allow-ffi`.
   * @throws {TypeError} If there is no such option.
   */
  get<Name extends keyof SocketOptions>(
    name: Name,
  ): NonNullable<SocketOptions[Name]> {
    return this.#use((from) => getOption(from, name));
  }

  /**
   * Sets options.
   *
   * @param values Those to set.
   * @throws {NetError} `"unsupported"`, `"closed"`.
   * @throws {PermissionError} Without `--allow-ffi`, or the rights that one wants.
   * @throws {RangeError} If a number is out of its range.
   * @throws {TypeError} If there is no such option, or a value of another type.
   */
  set(values: SocketOptions): void {
    const { noDelay, keepAlive, ...others } = values;
    const rest = Object.values(others).some((value) => value !== undefined);
    if (rest || libcAllowed()) {
      this.#use((to) => setOptions(to, values));
      return;
    }
    checked(values);
    if (noDelay !== undefined) this.#socket.setNoDelay(noDelay);
    if (keepAlive !== undefined) this.#socket.setKeepAlive(keepAlive);
  }

  /**
   * Reads all options that the socket has.
   *
   * @returns The values by their names.
   * @throws {NetError} `"unsupported"`, `"closed"`.
   * @throws {PermissionError} Without `--allow-ffi`.
   */
  all(): SocketOptions {
    return this.#use((from) => {
      const values: Record<string, unknown> = {};
      for (const { name } of OPTIONS) {
        try {
          values[name] = getOption(from, name);
        } catch (error) {
          // What this family or kernel lacks is left out.
          if (!(error instanceof NetError)) throw error;
        }
      }
      return values;
    });
  }

  /** The values, plain; empty where they cannot be read. */
  toJSON(): SocketOptions {
    return this.#readable() ?? {};
  }

  /** A table of names, values and meanings. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const values = this.#readable();
    const rows = OPTIONS.filter(({ name }) => !values || name in values)
      .map(({ name, symbol, unit = "", before, help }) => ({
        option: name,
        value: values ? `${values[name]}` : "?",
        unit,
        "in C": symbol,
        meaning: before ? `${help} (set before)` : help,
      }));
    return table(rows, {
      title: `Options of ${this.#ends.target}`,
      columns: [
        { key: "option", role: "key" },
        { key: "value", align: "right", role: "number" },
        "unit",
        { key: "in C", role: "muted" },
        "meaning",
      ],
      canvas: canvas({ colors: options?.colors }),
    });
  }

  #readable(): SocketOptions | undefined {
    try {
      return this.all();
    } catch {
      return undefined;
    }
  }

  #use<T>(use: (at: Descriptor) => T): T {
    return withDescriptor(
      this.#socket,
      this.#ends.target,
      (fd) => use({ fd, ...this.#ends }),
    );
  }
}
