/**
 * The way of a packet through the kernel: from hook to hook, with the routing
 * decisions between them.
 *
 * @see the kernel's net/ipv4/ip_input.c, ip_forward.c, ip_output.c
 *
 * @module
 */

import { onesSum } from "../../bytes/checksum.ts";
import { unknown } from "./unknown.ts";
import type { Path } from "./host.ts";
import { wordsOf } from "./host.ts";
import { hold, type Hooks, meet } from "./hooks.ts";
import { reset } from "./conntrack.ts";
import { ACCEPT, DROP, QUEUE, REJECT, type Transit } from "./transit.ts";

/** The ways through. */
export type Way = "input" | "forward" | "output";

/** Stops a packet, and says why. */
function stop(p: Transit, reason: string): number {
  p.reason = reason;
  p.rule = -1;
  p.chain = -1;
  p.by = undefined;
  return DROP;
}

/** Leads a packet through; notes the way that it took. */
export function lead(
  p: Transit,
  hooks: Hooks,
  note: (way: Way) => void,
): number {
  const verdict = p.context.iifname === undefined
    ? outward(p, hooks, note)
    : inward(p, hooks, note);
  if (
    verdict === REJECT && p.by !== undefined && "reject" in p.by &&
    p.by.reject?.type === "tcp reset"
  ) reset(p);
  // A queue that nobody listens on.
  if (verdict === QUEUE && p.context.queues === false) {
    return stop(p, "no program listens on the queue");
  }
  return verdict;
}

function inward(p: Transit, hooks: Hooks, note: (way: Way) => void): number {
  let verdict = meet(hooks, "device ingress", p.iifname);
  if (verdict !== ACCEPT) return verdict;
  const master = p.in?.master ?? "";
  if (master !== "" && p.host.devices.get(master)?.kind === "bridge") {
    return bridged(p, hooks, note, master);
  }
  if (p.protocol === 0x0806) {
    note("input");
    return meet(hooks, "arp input");
  }
  if (p.family === 0) {
    note("input");
    return ACCEPT;
  }
  if (p.pkttype === 3) return stop(p, "the frame is for another machine");
  verdict = receive(p);
  return verdict === ACCEPT ? routed(p, hooks, note) : verdict;
}

/** What the kernel refuses before the first hook of IP. */
function receive(p: Transit): number {
  const { octets, view, nh, family } = p;
  if (family === 4) {
    if (p.end - nh < 20) return stop(p, "the IP header is cut short");
    const header = (octets[nh]! & 15) * 4;
    const total = view.getUint16(nh + 2);
    if (octets[nh]! >> 4 !== 4 || header < 20 || total < header) {
      return stop(p, "the IP header is malformed");
    }
    if (nh + total > p.end) return stop(p, "the packet is cut short");
    if (!p.isMade && onesSum(octets, 0, nh, nh + header) !== 0xffff) {
      return stop(p, "the IP header's checksum is wrong");
    }
    p.end = nh + total;
    return ACCEPT;
  }
  if (p.end - nh < 40) return stop(p, "the IPv6 header is cut short");
  if (octets[nh]! >> 4 !== 6) return stop(p, "the IPv6 header is malformed");
  const total = view.getUint16(nh + 4) + 40;
  if (nh + total > p.end) return stop(p, "the packet is cut short");
  p.end = nh + total;
  const refused = isMartianV6(p);
  return refused === "" ? ACCEPT : stop(p, refused);
}

/** From prerouting on. */
function routed(p: Transit, hooks: Hooks, note: (way: Way) => void): number {
  const { family } = p;
  const verdict = meet(hooks, `${family} prerouting`);
  if (verdict !== ACCEPT) return verdict;
  const { host, context } = p;
  if (!host.isKnown) {
    if (context.oifname === undefined) return deliver(p, hooks, note);
    return forward(p, hooks, note, {
      kind: "unicast",
      device: host.devices.get(context.oifname),
      via: undefined,
    });
  }
  const refused = isMartian(p);
  if (refused !== "") return stop(p, refused);
  const path = route(p);
  switch (path?.kind) {
    case "local":
    case "broadcast":
    case "multicast":
      return deliver(p, hooks, note);
    case "unicast":
      if (!host.forwarding) {
        return stop(p, "it is for another machine, and forwarding is off");
      }
      return forward(p, hooks, note, path);
    case undefined:
      return stop(
        p,
        host.forwarding
          ? "there is no route to its destination"
          : "it is for another machine, and forwarding is off",
      );
    default:
      return stop(p, `the route to its destination says ${path!.kind}`);
  }
}

function deliver(p: Transit, hooks: Hooks, note: (way: Way) => void): number {
  note("input");
  if (p.family === 4 && p.isFragment) {
    return hold(
      p,
      "a fragment waits for the others, as it is for this machine",
    );
  }
  return meet(hooks, `${p.family} input`);
}

/** Sources and destinations that no honest packet has. */
function isMartian(p: Transit): string {
  const { view, nh, family, host } = p;
  const isLoopback = p.in?.name === "lo";
  if (family === 4) {
    const from = view.getUint32(nh + 12);
    const to = view.getUint32(nh + 16);
    if (from >>> 28 === 14 || from === 0xffffffff) {
      return "its source is a group's address";
    }
    if (!isLoopback && (from >>> 24 === 127 || to >>> 24 === 127)) {
      return "a loopback address came in from outside";
    }
    if (to === 0 || from >>> 24 === 0 && from !== 0) {
      return "its address is of this network";
    }
    const back = host.route([from]);
    if (!isLoopback && back?.kind === "local") {
      return "its source is this machine's own address";
    }
    return back?.kind === "broadcast"
      ? "its source is a broadcast address"
      : "";
  }
  return "";
}

/** The same of IPv6, which its receiver looks at before the first hook. */
function isMartianV6(p: Transit): string {
  if (p.octets[p.nh + 8] === 0xff) return "its source is a group's address";
  const isOne = (end: "source" | "destination") =>
    `${p.address(end)}` === "0,0,0,1";
  return p.in?.name !== "lo" && (isOne("source") || isOne("destination"))
    ? "a loopback address came in from outside"
    : "";
}

function route(p: Transit): Path | undefined {
  const { host, context } = p;
  const path = host.route(p.address("destination"));
  const named = context.oifname;
  return named === undefined || path?.kind === "local" ||
      path?.kind === "broadcast"
    ? path
    : { kind: "unicast", device: host.devices.get(named), via: path?.via };
}

function forward(
  p: Transit,
  hooks: Hooks,
  note: (way: Way) => void,
  path: Path,
): number {
  note("forward");
  const { octets, nh, family } = p;
  p.next = path.via === undefined ? undefined : wordsOf(path.via);
  leaveBy(p, path);
  if (octets[nh + (family === 4 ? 8 : 7)]! <= 1) {
    return stop(
      p,
      family === 4 ? "its TTL is used up" : "its hop limit is used up",
    );
  }
  if (p.end - nh > (p.out?.mtu ?? Infinity)) {
    const mayNot = family === 6 || (p.view.getUint16(nh + 6) & 0x4000) !== 0;
    if (mayNot) return stop(p, "it is too large for the way out");
  }
  p.decrement();
  const verdict = meet(hooks, `${family} forward`);
  if (verdict !== ACCEPT) return verdict;
  return depart(p, hooks);
}

function leaveBy(p: Transit, { device }: Path): void {
  p.out = device;
  p.oifname = device?.name ?? "";
}

function depart(p: Transit, hooks: Hooks): number {
  const verdict = meet(hooks, `${p.family} postrouting`);
  if (verdict !== ACCEPT) return verdict;
  return meet(hooks, "device egress", p.oifname);
}

/** A packet of the machine's own. */
function outward(p: Transit, hooks: Hooks, note: (way: Way) => void): number {
  note("output");
  const { host } = p;
  if (p.protocol === 0x0806) {
    leaveNamed(p);
    return meet(hooks, "arp output");
  }
  if (p.family === 0) return ACCEPT;
  let path = host.isKnown ? route(p) : undefined;
  if (host.isKnown) {
    const refused = refusal(path);
    if (refused !== "") return stop(p, refused);
    p.next = path!.via === undefined ? undefined : wordsOf(path!.via);
    leaveBy(p, own(p, path!));
  } else leaveNamed(p);
  const before = whereTo(p);
  let verdict = meet(hooks, `${p.family} output`);
  if (verdict !== ACCEPT) return verdict;
  if (host.isKnown && whereTo(p) !== before) {
    // It is for somebody else now.
    path = route(p);
    const refused = refusal(path);
    if (refused !== "") return stop(p, refused);
    p.next = path!.via === undefined ? undefined : wordsOf(path!.via);
    leaveBy(p, own(p, path!));
  }
  verdict = depart(p, hooks);
  if (verdict !== ACCEPT || path?.kind !== "local") return verdict;
  // What it sends itself comes back by lo.
  const lo = host.devices.get("lo");
  p.in = lo;
  p.iifname = "lo";
  p.out = undefined;
  p.oifname = "";
  verdict = meet(hooks, `${p.family} prerouting`);
  if (verdict !== ACCEPT) return verdict;
  return deliver(p, hooks, note);
}

function own(p: Transit, path: Path): Path {
  return path.kind === "local"
    ? { ...path, device: p.host.devices.get("lo") }
    : path;
}

function refusal(path: Path | undefined): string {
  if (path === undefined) return "there is no route to its destination";
  return ["blackhole", "unreachable", "prohibit"].includes(path.kind)
    ? `the route to its destination says ${path.kind}`
    : "";
}

function leaveNamed(p: Transit): void {
  const { host, context } = p;
  const device = context.oifname === undefined
    ? undefined
    : host.devices.get(context.oifname);
  leaveBy(p, { kind: "unicast", device, via: undefined });
}

const whereTo = (p: Transit): string => `${p.address("destination")} ${p.mark}`;

/** A frame that comes in by a bridge's port. */
function bridged(
  p: Transit,
  hooks: Hooks,
  note: (way: Way) => void,
  master: string,
): number {
  if (p.ll < 0) {
    throw unknown(
      "the Ethernet header of a packet that comes to a bridge",
      "give a frame with an Ethernet header, or srcMac and dstMac",
    );
  }
  const { host, view, octets } = p;
  const bridge = host.devices.get(master)!;
  const to = view.getUint16(0) * 4294967296 + view.getUint32(2);
  let verdict = meet(hooks, "bridge prerouting");
  if (verdict !== ACCEPT) return verdict;
  const isGroup = (octets[0]! & 1) !== 0;
  if (to === bridge.mac || isGroup && p.context.oifname === undefined) {
    note("input");
    verdict = meet(hooks, "bridge input");
    if (verdict !== ACCEPT) return verdict;
    p.in = bridge;
    p.iifname = master;
    if (!isGroup) p.pkttype = 0;
    if (p.protocol === 0x0806) return meet(hooks, "arp input");
    if (p.family === 0) return ACCEPT;
    verdict = receive(p);
    return verdict === ACCEPT ? routed(p, hooks, note) : verdict;
  }
  note("forward");
  const others = [...host.devices.values()].filter((port) =>
    port.master === master && port !== p.in
  );
  const name = p.context.oifname ?? host.stations.get(to) ??
    (others.length === 1 ? others[0]!.name : undefined);
  if (name === undefined) {
    throw unknown(
      "the port of the bridge that the frame leaves by",
      "give 'stations', or 'oifname'",
    );
  }
  leaveBy(p, {
    kind: "unicast",
    device: host.devices.get(name),
    via: undefined,
  });
  if (p.out === p.in) return stop(p, "it would leave by the port it came by");
  verdict = meet(hooks, "bridge forward");
  if (verdict !== ACCEPT) return verdict;
  verdict = meet(hooks, "bridge postrouting");
  if (verdict !== ACCEPT) return verdict;
  return meet(hooks, "device egress", p.oifname);
}
