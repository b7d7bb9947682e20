/**
 * Which switch port am I on? What the switch tells of itself.
 *
 * @module
 */

import {
  checkOptions,
  mustBe,
  type OptionKinds,
} from "../linux/option_kinds.ts";
import { TIMEOUT_ELSEWHERE, WIRE } from "./option_names.ts";
import { type Report, Run } from "../inspect/run.ts";
import { duration } from "../inspect/units.ts";
import { hear, pause } from "./finding/hearing.ts";
import { kernelFilter } from "./tracing/ip_exchange.ts";
import { LinkSocket } from "./link/link_socket.ts";
import type { WireOptions } from "./options.ts";
import { type SwitchPort, switchPortOf } from "./finding/switch_port_result.ts";

export { SwitchPort, switchPortOf } from "./finding/switch_port_result.ts";

/** Options of `switchPort`. */
const SWITCH_PORT: OptionKinds<SwitchPortOptions> = {
  ...WIRE,
  timeout: "numeric",
  count: "any",
};

/** Options for {@linkcode switchPort}. */
export interface SwitchPortOptions extends WireOptions {
  /** The longest wait, in milliseconds: switches tell by LLDP every 30 seconds, by CDP every 60. @default {65,000} */
  timeout?: number | undefined;
  /** How many neighbours to hear of before it ends; `Infinity` listens to the end. @default {1} */
  count?: number | undefined;
}

/**
 * What was heard on a link.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * const { port } = await net.wire.switchPort("eth0");
 * console.log(port?.name, port?.port, port?.vlan);
 * ```
 */
export class SwitchPorts implements Iterable<SwitchPort> {
  /** The interface. */
  readonly interface: string;
  /** The neighbours that told, the first first; behind a hub there are several. */
  readonly ports: readonly SwitchPort[];
  /** How long it listened, in milliseconds. */
  readonly waited: number;

  /**
   * Takes the facts together.
   *
   * @param facts What was heard where, and in what time.
   */
  constructor(facts: Pick<SwitchPorts, "interface" | "ports" | "waited">) {
    this.interface = facts.interface;
    this.ports = facts.ports;
    this.waited = facts.waited;
  }

  /** The first neighbour that told; `undefined` if nobody did. */
  get port(): SwitchPort | undefined {
    return this.ports[0];
  }

  /** The neighbours. */
  [Symbol.iterator](): Iterator<SwitchPort> {
    return this.ports[Symbol.iterator]();
  }

  /**
   * Gives the facts as plain data.
   *
   * @returns All fields.
   */
  toJSON(): object {
    return { ...this };
  }

  /**
   * Shows each neighbour as labelled rows.
   *
   * @param inspect Shows a value.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    inspect: (value: unknown, options?: unknown) => string,
    options?: { colors?: boolean },
  ): string {
    if (this.ports.length > 0) {
      return this.ports.map((port) => inspect(port, options)).join("\n\n");
    }
    return `Nobody told by LLDP or CDP on ${this.interface} within ${
      duration(this.waited)
    }`;
  }
}

/** LLDP, tagged or not, and CDP, which has Cisco's OUI and 0x2000 behind LLC. */
const FILTER =
  "ether proto 0x88cc or (ether[12:2] <= 1500 and ether[16:4] = 0x0300000c and ether[20:2] = 0x2000)";

/**
 * Finds out which port of which switch an interface is plugged into, by waiting
 * until the switch tells: by LLDP or CDP. Nothing is sent.
 *
 * @param name The interface.
 * @param options How long to wait, and for how many.
 * @returns Each neighbour as it tells, and at the end all.
 * @throws {RangeError} If an option is out of bounds.
 * @throws {NetError} If there is no such interface, or it goes down.
 * @throws {PermissionError} Without `--allow-ffi` or CAP_NET_RAW.
 * @throws The signal's reason, if it aborts.
 * @see IEEE 802.1AB-2016 §9
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * console.log(await net.wire.switchPort("eth0"));
 * ```
 */
export function switchPort(
  name: string,
  options: SwitchPortOptions = {},
): Run<SwitchPort, SwitchPorts> {
  mustBe("listen for a switch", "name", name, "text");
  checkOptions("listen for a switch", options, SWITCH_PORT, TIMEOUT_ELSEWHERE);
  const { timeout = 65_000, count = 1, signal } = options;
  if (!(timeout >= 0)) {
    throw new RangeError(
      `Cannot listen for a switch as 'timeout' must be 0 or more milliseconds: current value is ${timeout}`,
    );
  }
  if (!(count === Infinity || Number.isInteger(count) && count >= 1)) {
    throw new RangeError(
      `Cannot listen for a switch as 'count' must be a whole number, 1 or more: current value is ${count}`,
    );
  }
  return new Run<SwitchPort, SwitchPorts>(
    `Listen which switch port ${name} is on`,
    (report) => listen(name, { ...options, timeout, count }, report),
    { signal, line: String },
  );
}

async function listen(
  name: string,
  options: SwitchPortOptions & {
    readonly timeout: number;
    readonly count: number;
  },
  { row, progress, signal }: Report<SwitchPort>,
): Promise<SwitchPorts> {
  const { timeout, count, namespace } = options;
  using socket = LinkSocket.open(name, {
    direction: "in",
    // They are told to groups that the interface does not listen to by itself.
    promiscuous: true,
    filter: kernelFilter(FILTER, 1),
    snapLength: 16_384,
    namespace,
  });
  const ports = new Map<string, SwitchPort>();
  const enough = Promise.withResolvers<void>();
  const heard = hear(socket, (i) => {
    const port = switchPortOf(socket.packet(i));
    if (port === undefined) return;
    const key = `${port.protocol} ${port.chassis} ${port.port}`;
    if (ports.has(key)) return;
    ports.set(key, port);
    row(port);
    if (ports.size >= count) enough.resolve();
  });
  const start = performance.now();
  const clock = setInterval(
    () =>
      progress(Math.floor((performance.now() - start) / 1000), timeout / 1000),
    1000,
  );
  try {
    await pause(timeout, {
      signal,
      enough: Promise.race([heard, enough.promise]),
    });
  } finally {
    clearInterval(clock);
  }
  return new SwitchPorts({
    interface: name,
    ports: [...ports.values()],
    waited: performance.now() - start,
  });
}
