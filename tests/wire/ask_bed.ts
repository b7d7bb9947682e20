/**
 * Two networks with a cable between them, to ask and to answer on.
 *
 * @module
 */

import { setOffloads } from "../../lib/linux/device.ts";
import { build } from "../../lib/packet/build.ts";
import { icmp, ipv4 } from "../../lib/packet/layers/all.ts";
import type { Packet } from "../../lib/packet/packet.ts";
import { inside, type OwnNetwork, ownNetwork } from "../lab/own_network.ts";

/** The cable: v0 with 10.9.0.1 and fd09::1 here, v1 with 10.9.0.2 and fd09::2 there. */
export interface Cable extends Disposable {
  /** Where the asker is. */
  readonly here: OwnNetwork;
  /** Where the kernel answers. */
  readonly there: OwnNetwork;
}

/** Makes one; both ends are up. */
export function cable(): Cable {
  const here = ownNetwork();
  const there = ownNetwork();
  here.run("ip", "link", "add", "name", "v0", "type", "veth", "peer", "v1");
  here.run(
    "ip",
    "link",
    "set",
    "v1",
    "netns",
    `/proc/${Deno.pid}/fd/${there.namespace}`,
  );
  const ends = [[here, "v0", "1"], [there, "v1", "2"]] as const;
  for (const [network, name, host] of ends) {
    // Otherwise checksums of UDP and TCP are left to hardware that there is not.
    inside(network, () => setOffloads(name, false));
    network.run(
      "sysctl",
      "-qw",
      // Addresses count at once, and errors are not doled out.
      `net.ipv6.conf.${name}.accept_dad=0`,
      "net.ipv4.icmp_ratelimit=0",
      "net.ipv6.icmp.ratelimit=0",
    );
    network.run("ip", "address", "add", `10.9.0.${host}/24`, "dev", name);
    network.run(
      "ip",
      "address",
      "add",
      `fd09::${host}/64`,
      "dev",
      name,
      "nodad",
    );
    network.run("ip", "link", "set", name, "up");
  }
  return {
    here,
    there,
    [Symbol.dispose]() {
      here[Symbol.dispose]();
      there[Symbol.dispose]();
    },
  };
}

/** Runs a program in a network to its end, while this program goes on. */
export async function runIn(
  network: OwnNetwork,
  command: string,
  ...args: string[]
): Promise<{ readonly code: number; readonly text: string }> {
  const child = inside(
    network,
    () =>
      new Deno.Command(command, {
        args,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn(),
  );
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** The other end's address. */
export const THERE = "10.9.0.2";

/** An echo to it, or to another. */
export function echo(dst = THERE): Packet {
  return build(ipv4({ dst }), icmp(), "hello") as Packet;
}

/**
 * Waits until something listens for packets in a network.
 *
 * @param network The network, in which nothing listened before.
 */
export async function listening(
  network: { readonly namespace: number },
): Promise<void> {
  const path = "/proc/thread-self/net/packet";
  const lines = () =>
    inside(network, () => Deno.readTextFileSync(path)).trim().split("\n");
  // The first line says what stands in the others.
  for (let n = 0; lines().length < 2; n++) {
    if (n === 4000) throw new Error("nothing listens");
    await sleep(5);
  }
}

/** Lets time pass, in milliseconds. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
