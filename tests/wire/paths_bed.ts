/**
 * Networks of a test's own, joined by links: rows of routers and pairs of ways.
 *
 * @module
 */

import assert from "node:assert/strict";
import { type OwnNetwork, ownNetwork } from "../lab/own_network.ts";

/** Some networks; all are gone when this is disposed of. */
export class Bed implements Disposable {
  readonly #stack = new DisposableStack();
  readonly #opened: OwnNetwork[] = [];

  /** One more network; a router if so. */
  network(forwards = false): OwnNetwork {
    const network = this.#stack.use(ownNetwork());
    this.#opened.push(network);
    // No duplicate address detection: addresses of IPv6 are good at once.
    set(network, "net.ipv6.conf.default.accept_dad", 0);
    set(network, "net.ipv6.conf.all.accept_dad", 0);
    if (forwards) {
      set(network, "net.ipv4.ip_forward", 1);
      set(network, "net.ipv6.conf.all.forwarding", 1);
    }
    return network;
  }

  /** A link between two of them, with the addresses of its ends. */
  link(
    [a, aName, ...aAddresses]: readonly [OwnNetwork, string, ...string[]],
    [b, bName, ...bAddresses]: readonly [OwnNetwork, string, ...string[]],
    mtu = 1500,
  ): void {
    a.run(
      "ip",
      ..."link add name".split(" "),
      ...[aName, "mtu", `${mtu}`, "type", "veth", "peer", "name", bName],
      ...["mtu", `${mtu}`, "netns", `/proc/${Deno.pid}/fd/${b.namespace}`],
    );
    for (
      const [network, name, addresses] of [
        [a, aName, aAddresses],
        [b, bName, bAddresses],
      ] as const
    ) {
      for (const address of addresses) {
        network.run("ip", "address", "add", address, "dev", name);
      }
      network.run("ip", "link", "set", "dev", name, "up");
    }
  }

  /** Waits until all links have a carrier, of which the kernel tells late. */
  async ready(): Promise<void> {
    const isUp = (network: OwnNetwork) =>
      !/NO-CARRIER/.test(network.run("ip", "-o", "link", "show", "up"));
    for (let tries = 0; !this.#opened.every(isUp); tries++) {
      assert.ok(tries < 2000, "no carrier");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  [Symbol.dispose](): void {
    this.#stack[Symbol.dispose]();
  }
}

/** Sets a variable of the kernel, by its name as sysctl has it. */
export function set(network: OwnNetwork, name: string, value: number): void {
  const path = `/proc/sys/${name.replaceAll(".", "/")}`;
  network.run("sh", "-c", `echo ${value} > ${path}`);
}

/**
 * A host, three routers and a host in a row: 10.0.N.1 -- 10.0.N.2 and the same
 * with fd00:N::.
 */
export async function row(
  bed: Bed,
  mtus: readonly number[] = [],
): Promise<OwnNetwork[]> {
  const all = Array.from({ length: 5 }, (_, i) => bed.network(i % 4 !== 0));
  for (let n = 1; n < all.length; n++) {
    bed.link(
      [all[n - 1]!, "right", `10.0.${n}.1/24`, `fd00:${n}::1/64`],
      [all[n]!, "left", `10.0.${n}.2/24`, `fd00:${n}::2/64`],
      mtus[n - 1],
    );
  }
  const last = all.length - 1;
  all.forEach((network, at) => {
    for (let n = 1; n <= last; n++) {
      // Link n joins number n - 1 and number n.
      if (n === at || n === at + 1) continue;
      const [side, v4, v6] = n > at
        ? ["right", `10.0.${at + 1}.2`, `fd00:${at + 1}::2`]
        : ["left", `10.0.${at}.1`, `fd00:${at}::1`];
      network.run(
        "ip",
        ...["route", "add", `10.0.${n}.0/24`, "via", v4!, "dev", side!],
      );
      network.run(
        "ip",
        ...["-6", "route", "add", `fd00:${n}::/64`, "via", v6!, "dev", side!],
      );
    }
  });
  await bed.ready();
  return all;
}

/** The hardware address of its eth0. */
export function macOf(network: OwnNetwork): string {
  return /link\/ether (\S+)/.exec(
    network.run("ip", "link", "show", "eth0"),
  )![1]!;
}
