/**
 * What a kernel can do for a lab, found by trying each thing once.
 *
 * @module
 */

import { errno, libc, systemError } from "../ffi/libc.ts";
import { createNetworkNamespace, inNamespace } from "../ffi/namespace.ts";
import {
  ACK,
  CREATE,
  EXCL,
  Message,
  NETLINK_NETFILTER,
  NETLINK_ROUTE,
  NetlinkSocket,
  type Received,
  REQUEST,
} from "../linux/netlink.ts";
import { PacketSocket } from "./packet_socket.ts";

/** What is tried, in the order of the report. */
export const FEATURES = [
  "veth",
  "bridge",
  "bridgeVlan",
  "bridgeStp",
  "vlan",
  "netem",
  "tbf",
  "nft",
  "vxlan",
  "tun",
  "packet",
  "pingSocket",
  "ipv6",
  "forwarding",
] as const;

/** One of the things that are tried. */
export type Feature = typeof FEATURES[number];

/** What came of one try. */
export interface Finding {
  /** Whether it works. */
  readonly works: boolean;
  /** Why not, in the kernel's words. */
  readonly reason?: string;
}

/** What came of all tries. */
export type KernelFeatures = Readonly<Record<Feature, Finding>>;

const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
const RTM_NEWQDISC = 36;
const IFLA_IFNAME = 3;
const IFLA_LINK = 5;
const IFLA_LINKINFO = 18;
const [IFLA_INFO_KIND, IFLA_INFO_DATA] = [1, 2];
const IFLA_BR_STP_STATE = 5;
const IFLA_BR_VLAN_FILTERING = 7;
const NFT_MSG_GETGEN = 10 << 8 | 16;

/** Indexes of our own choice, so that nothing has to be looked up. */
const [BRIDGE, VETH] = [50, 51];

/** How each thing is tried; whatever it throws is the reason why not. */
const TRIES: Readonly<Record<Feature, (socket: NetlinkSocket) => void>> = {
  veth: (socket) =>
    addLink(socket, "veth", VETH, (data) =>
      // The other end: a struct ifinfomsg and a name.
      data.nest(1, (peer) => peer.struct(linkHeader(0)).text(3, "far"))),
  bridge: (socket) => addLink(socket, "bridge", BRIDGE),
  // A kernel that knows of no VLANs takes the setting in silence: look again.
  bridgeVlan: (socket) =>
    setBridge(socket, IFLA_BR_VLAN_FILTERING, (data, type) => data.u8(type, 1)),
  bridgeStp: (socket) =>
    setBridge(socket, IFLA_BR_STP_STATE, (data, type) => data.u32(type, 1)),
  vlan: (socket) =>
    addLink(socket, "vlan", 52, (data) => data.u16(1, 10), VETH),
  netem: (socket) =>
    // struct tc_netem_qopt: latency, limit, loss, gap, duplicate, jitter.
    addQdisc(socket, "netem", (message) =>
      message.octets(
        2,
        new Uint8Array(new Uint32Array([0, 10, 0, 0, 0, 0]).buffer),
      )),
  tbf: (socket) =>
    addQdisc(socket, "tbf", (message) => {
      // struct tc_tbf_qopt: two struct tc_ratespec, limit, buffer, MTU.
      const options = new Uint32Array(9);
      options[2] = 125_000;
      options[6] = 10_000;
      message.nest(2, () =>
        message.octets(1, new Uint8Array(options.buffer)).u32(6, 3000));
    }),
  nft: () => {
    using socket = NetlinkSocket.open(NETLINK_NETFILTER);
    const message = new Message(NFT_MSG_GETGEN, REQUEST);
    socket.ask(message.struct(new Uint8Array(4)), () => true);
  },
  vxlan: (socket) =>
    addLink(socket, "vxlan", 53, (data) => data.u32(1, 42).be16(15, 4789)),
  tun: () => openTun(),
  packet: () => PacketSocket.open("lo")[Symbol.dispose](),
  pingSocket: () => {
    // Group 0, which is root's, there always is.
    Deno.writeTextFileSync("/proc/sys/net/ipv4/ping_group_range", "0 0");
    openSocket(2, 2, 1);
  },
  ipv6: () => {
    openSocket(10, 2, 0);
    Deno.writeTextFileSync("/proc/sys/net/ipv6/conf/lo/disable_ipv6", "0");
  },
  forwarding: () =>
    Deno.writeTextFileSync("/proc/sys/net/ipv4/ip_forward", "1"),
};

/**
 * Tries what a lab wants of the kernel, in a network namespace that is made
 * for it and vanishes with it. It takes some milliseconds; where parts of the
 * kernel are modules that nobody has loaded, the kernel loads them.
 *
 * @returns For each thing whether it works, and why not.
 * @throws {PermissionError} Unless it is root, in a user namespace or out of
 * one, with `--allow-ffi` and leave to write to /proc.
 *
 * @example
 * ```ts ignore
 * import { probeKernel } from "./probe_kernel.ts";
 *
 * const { vlan } = probeKernel();
 * const words = vlan.works ? "802.1Q works" : vlan.reason;
 * ```
 */
export function probeKernel(): KernelFeatures {
  const netns = createNetworkNamespace();
  try {
    return inNamespace(netns, () => {
      using socket = NetlinkSocket.open(NETLINK_ROUTE);
      return Object.fromEntries(
        FEATURES.map((
          feature,
        ) => [feature, attempt(() => TRIES[feature](socket))]),
      ) as Record<Feature, Finding>;
    });
  } finally {
    libc().close(netns);
  }
}

function attempt(run: () => void): Finding {
  try {
    run();
    return { works: true };
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return { works: false, reason: words.replace(/^Cannot .*?: /, "") };
  }
}

/** A struct ifinfomsg. */
function linkHeader(index: number): Uint8Array {
  const octets = new Uint8Array(16);
  new DataView(octets.buffer).setInt32(4, index, true);
  return octets;
}

function addLink(
  socket: NetlinkSocket,
  kind: string,
  index: number,
  details: (message: Message) => void = () => {},
  on?: number,
): void {
  const message = new Message(RTM_NEWLINK, REQUEST | ACK | CREATE | EXCL, {
    op: "add",
    target: kind,
  });
  message.struct(linkHeader(index)).text(IFLA_IFNAME, `try${index}`);
  if (on !== undefined) message.u32(IFLA_LINK, on);
  message.nest(IFLA_LINKINFO, () => {
    message.text(IFLA_INFO_KIND, kind);
    message.nest(IFLA_INFO_DATA, () => details(message));
  });
  socket.transact(message);
}

function setBridge(
  socket: NetlinkSocket,
  type: number,
  set: (message: Message, type: number) => void,
): void {
  const message = new Message(RTM_NEWLINK, REQUEST | ACK, {
    op: "set",
    target: "bridge",
  });
  message.struct(linkHeader(BRIDGE)).nest(IFLA_LINKINFO, () => {
    message.text(IFLA_INFO_KIND, "bridge");
    message.nest(IFLA_INFO_DATA, () => set(message, type));
  });
  socket.transact(message);
  const request = new Message(RTM_GETLINK, REQUEST, message.purpose);
  const value = socket.ask(
    request.struct(linkHeader(BRIDGE)),
    (link) => bridgeSetting(link, type),
  );
  if (value !== 1) throw new Error("the kernel's bridge does not know of it");
}

/** A setting of a bridge, from what the kernel says of the link. */
function bridgeSetting(link: Received, type: number): number {
  const links = link.attributes(16);
  while (links.next()) {
    if (links.type !== IFLA_LINKINFO) continue;
    const info = links.nested();
    while (info.next()) {
      if (info.type !== IFLA_INFO_DATA) continue;
      const data = info.nested();
      while (data.next()) if (data.type === type) return data.u8();
    }
  }
  return 0;
}

/** Puts a queueing discipline at the root of the virtual cable. */
function addQdisc(
  socket: NetlinkSocket,
  kind: string,
  options: (message: Message) => void,
): void {
  const flags = REQUEST | ACK | CREATE | 0x100; // NLM_F_REPLACE
  const message = new Message(RTM_NEWQDISC, flags, { op: "add", target: kind });
  const header = new DataView(new ArrayBuffer(20));
  header.setInt32(4, VETH, true);
  header.setUint32(12, 0xffff_ffff, true);
  message.struct(new Uint8Array(header.buffer)).text(1, kind);
  options(message);
  socket.transact(message);
}

function openSocket(family: number, kind: number, protocol: number): void {
  const fd = libc().socket(family, kind | 0o2000000, protocol);
  if (fd < 0) throw systemError(errno(), "open", "a socket");
  libc().close(fd);
}

function openTun(): void {
  const path = new TextEncoder().encode("/dev/net/tun\0");
  const fd = libc().open(path, 0o2000002, 0);
  if (fd < 0) throw systemError(errno(), "open", "/dev/net/tun");
  try {
    // struct ifreq: a name of the kernel's choice, IFF_TUN | IFF_NO_PI.
    const request = new Uint8Array(40);
    new DataView(request.buffer).setUint16(16, 0x1001, true);
    const TUNSETIFF = 0x4004_54ca;
    if (libc().ioctl(fd, TUNSETIFF, request) < 0) {
      throw systemError(errno(), "make", "a tun interface");
    }
  } finally {
    libc().close(fd);
  }
}
