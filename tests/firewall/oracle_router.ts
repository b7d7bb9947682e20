/**
 * The router between two others that the oracle asks: namespaces, addresses,
 * routes, and neighbours that nobody has to look for.
 *
 * @module
 */

import { libc } from "../../lib/ffi/libc.ts";
import {
  createNetworkNamespace,
  inNamespace,
} from "../../lib/ffi/namespace.ts";

/** Octets of an Ethernet header. */
export const ETHER = 14;

const MAC = { in0: "02:00:00:00:00:0a", out0: "02:00:00:00:00:0b" };
const PEER_MAC = { in0: "02:00:00:00:01:0a", out0: "02:00:00:00:01:0b" };

/** The router's addresses and routes, as `ip` takes them and simulations do. */
export const ROUTER = {
  interfaces: [
    { name: "lo", index: 1, addresses: ["127.0.0.1/8", "::1/128"] },
    {
      name: "in0",
      index: 10,
      mac: MAC.in0,
      addresses: ["10.8.0.1/24", "fd00:8::1/64"],
    },
    {
      name: "out0",
      index: 11,
      mac: MAC.out0,
      addresses: ["10.9.0.1/24", "fd00:9::1/64"],
    },
  ],
  routes: [
    { to: "10.1.0.0/16", via: "10.8.0.2", dev: "in0" },
    { to: "default", via: "10.9.0.2", dev: "out0" },
    { to: "fd00:1::/32", via: "fd00:8::2", dev: "in0" },
    { to: "default", via: "fd00:9::2", dev: "out0" },
  ],
} as const;

/** Makes the namespaces, which the stack closes. */
export function makeRouter(stack: DisposableStack): {
  readonly router: number;
  readonly ends: Readonly<Record<"in0" | "out0", number>>;
} {
  const { close } = libc();
  const space = (): number => stack.adopt(createNetworkNamespace(), close);
  const router = space();
  const ends = { in0: space(), out0: space() };
  ip(router, [
    "link set lo up",
    ...(["in0", "out0"] as const).flatMap((name, i) => [
      `link add name ${name} index ${10 + i} address ${
        MAC[name]
      } type veth peer name ${name} address ${
        PEER_MAC[name]
      } netns /proc/${Deno.pid}/fd/${ends[name]}`,
      `link set dev ${name} addrgenmode none up`,
    ]),
  ]);
  for (const end of ["in0", "out0"] as const) {
    set(ends[end], `ipv6/conf/${end}/disable_ipv6`, "1");
    ip(ends[end], [`link set dev ${end} up`]);
  }
  set(router, "ipv4/ip_forward", "1");
  set(router, "ipv6/conf/all/forwarding", "1");
  // Which sequence numbers are in the window, simulations do not follow.
  set(router, "netfilter/nf_conntrack_tcp_ignore_invalid_rst", "1");
  set(router, "netfilter/nf_conntrack_tcp_be_liberal", "1");
  for (const name of ["all", "in0", "out0"]) {
    set(router, `ipv4/conf/${name}/rp_filter`, "0");
    set(router, `ipv4/conf/${name}/send_redirects`, "0");
  }
  ip(router, [
    ...ROUTER.interfaces.slice(1).flatMap(({ name, addresses }) =>
      addresses.map((address) =>
        `addr add ${address} dev ${name}${
          address.includes(":") ? " nodad" : ""
        }`
      )
    ),
    ...ROUTER.routes.flatMap(({ to, via, dev }) => [
      `neigh replace ${via} lladdr ${PEER_MAC[dev]} dev ${dev} nud permanent`,
      `route add ${to} via ${via} dev ${dev}`,
    ]),
  ]);
  return { router, ends };
}

/** A packet as it comes in by an interface of the router. */
export function frameOf(octets: Uint8Array, to: "in0" | "out0"): Uint8Array {
  const frame = new Uint8Array(ETHER + octets.length);
  frame.set(macOctets(MAC[to]));
  frame.set(macOctets(PEER_MAC[to]), 6);
  frame.set(octets[0]! >> 4 === 6 ? [0x86, 0xdd] : [8, 0], 12);
  frame.set(octets, ETHER);
  return frame;
}

function macOctets(text: string): number[] {
  return text.split(":").map((octet) => parseInt(octet, 16));
}

function ip(namespace: number, lines: readonly string[]): void {
  const file = Deno.makeTempFileSync();
  try {
    Deno.writeTextFileSync(file, `${lines.join("\n")}\n`);
    const { success, stderr } = inNamespace(
      namespace,
      () => new Deno.Command("ip", { args: ["-batch", file] }).outputSync(),
    );
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  } finally {
    Deno.removeSync(file);
  }
}

function set(namespace: number, name: string, value: string): void {
  inNamespace(
    namespace,
    () => Deno.writeTextFileSync(`/proc/sys/net/${name}`, value),
  );
}
